//! What the office begins with: activities of the kinds that communities hold, with words that may be changed and what they
//! usually need. A template decides nothing once the activity is written.

/// A beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// In addresses.
    pub code: &'static str,
    /// What it is called, in Chinese and English.
    pub title: (&'static str, &'static str),
    /// What is done, in Chinese and English.
    pub about: (&'static str, &'static str),
    /// What to bring.
    pub bring: (&'static str, &'static str),
    /// When it usually is, minutes of the day.
    pub hours: (u16, u16),
    /// How many people.
    pub seats: u32,
    /// Only grown-ups.
    pub adult: bool,
    /// Minors need consent.
    pub consent: bool,
    /// Insurance is noted first.
    pub insured: bool,
}

const PLAIN: Template = Template {
    code: "",
    title: ("", ""),
    about: ("", ""),
    bring: ("", ""),
    hours: (9 * 60, 11 * 60),
    seats: 10,
    adult: false,
    consent: true,
    insured: false,
};

/// All of them, in the order in which they are offered.
pub const TEMPLATES: [Template; 15] = [
    Template {
        code: "clean-up",
        title: ("清洁日", "Clean-up day"),
        about: (
            "一起把巷口和树下扫干净，垃圾分好类。",
            "We sweep the lane and under the trees, and sort what we find.",
        ),
        bring: (
            "帽子、水壶；手套和扫把有",
            "A hat and water; gloves and brooms are there",
        ),
        ..PLAIN
    },
    Template {
        code: "tree-plant",
        title: ("植树", "Tree planting"),
        about: (
            "挖坑、栽苗、浇水，每棵挂上牌。过些日子大家再来看成活了没有。",
            "We dig, plant and water, and label every tree. Later we come back to see how they do.",
        ),
        bring: ("耐脏的衣服和鞋", "Clothes and shoes for dirty work"),
        hours: (8 * 60, 11 * 60),
        seats: 20,
        insured: true,
        ..PLAIN
    },
    Template {
        code: "adopt-tree",
        title: ("认养树浇水", "Watering adopted trees"),
        about: (
            "给认养的树浇水、除草、看看有没有虫。",
            "We water and weed around the adopted trees and look for pests.",
        ),
        bring: ("水桶有", "Buckets are there"),
        seats: 6,
        ..PLAIN
    },
    Template {
        code: "four-thirty",
        title: ("四点半课堂", "Four-thirty class"),
        about: (
            "放学后陪孩子写作业、读书、做手工，到家长来接。",
            "After school we help children with homework, reading and crafts until they are fetched.",
        ),
        bring: ("不用带", "Nothing"),
        hours: (16 * 60 + 30, 18 * 60),
        seats: 4,
        adult: true,
        consent: false,
        ..PLAIN
    },
    Template {
        code: "haircut",
        title: ("爱心义剪", "Free haircuts"),
        about: (
            "给老人理发，也需要帮忙排队、扫地的人。",
            "Haircuts for old people; help is needed with the queue and the floor, too.",
        ),
        bring: ("会理发的带自己的工具", "Barbers bring their own tools"),
        hours: (9 * 60, 11 * 60 + 30),
        seats: 5,
        ..PLAIN
    },
    Template {
        code: "weekend-class",
        title: ("周末特色课", "Weekend class"),
        about: (
            "书法、画画、手工，教孩子一样本领。",
            "Writing, painting, crafts: we teach children something of our own.",
        ),
        bring: ("材料社区准备", "The community brings the material"),
        hours: (9 * 60, 11 * 60),
        seats: 3,
        adult: true,
        consent: false,
        ..PLAIN
    },
    Template {
        code: "heritage",
        title: ("非遗体验课", "Heritage course"),
        about: (
            "舞龙、功夫、剪纸、嵌瓷，跟师傅学，也帮师傅带新人。",
            "Dragon dance, martial arts, paper cutting: learn from the masters and help beginners.",
        ),
        bring: ("宽松的衣服", "Loose clothes"),
        hours: (19 * 60, 21 * 60),
        seats: 12,
        insured: true,
        ..PLAIN
    },
    Template {
        code: "canteen",
        title: ("长者食堂帮厨", "Canteen help"),
        about: (
            "洗菜、打饭、送餐、收拾桌子。",
            "Washing vegetables, serving, carrying meals, clearing tables.",
        ),
        bring: ("围裙和帽子有", "Aprons and caps are there"),
        hours: (10 * 60, 13 * 60),
        seats: 4,
        ..PLAIN
    },
    Template {
        code: "errand",
        title: ("代办跑腿", "Errands"),
        about: (
            "帮走不动的老人买菜、取药、交费，票据带回来。",
            "Shopping, medicine and bills for old people who cannot walk far; bring the receipts back.",
        ),
        bring: ("手机", "A telephone"),
        hours: (9 * 60, 11 * 60),
        seats: 4,
        adult: true,
        consent: false,
        ..PLAIN
    },
    Template {
        code: "health-market",
        title: ("健康夜市", "Health night market"),
        about: (
            "量血压、测血糖、讲用药，要维持秩序和扶老人的人。",
            "Blood pressure, blood sugar and advice; help keep order and support old people.",
        ),
        bring: ("不用带", "Nothing"),
        hours: (18 * 60 + 30, 20 * 60 + 30),
        seats: 10,
        ..PLAIN
    },
    Template {
        code: "mediation",
        title: ("调解邻里", "Mediation"),
        about: (
            "坐下来听两边把话说完，一起找个办法。",
            "We listen to both sides and look for a way together.",
        ),
        bring: ("不用带", "Nothing"),
        hours: (19 * 60 + 30, 21 * 60),
        seats: 2,
        adult: true,
        consent: false,
        ..PLAIN
    },
    Template {
        code: "tea-meeting",
        title: ("茶话会", "Tea meeting"),
        about: (
            "泡壶工夫茶，说说社区里的事。要烧水、摆椅子、做记录的人。",
            "Tea and talk about the community. Help with water, chairs and notes.",
        ),
        bring: ("不用带", "Nothing"),
        hours: (15 * 60, 17 * 60),
        seats: 3,
        ..PLAIN
    },
    Template {
        code: "council-hall",
        title: ("议事厅值守", "Council hall"),
        about: (
            "接待来反映事情的居民，登记下来，交给办件的人。",
            "Receive residents who bring something up, note it down and hand it on.",
        ),
        bring: ("不用带", "Nothing"),
        hours: (9 * 60, 11 * 60 + 30),
        seats: 2,
        adult: true,
        consent: false,
        ..PLAIN
    },
    Template {
        code: "month-theme",
        title: ("一月一主题", "Theme of the month"),
        about: (
            "这个月的主题活动。写清楚要做什么、几个人。",
            "This month's theme. Say what is done and by how many.",
        ),
        bring: ("不用带", "Nothing"),
        ..PLAIN
    },
    Template {
        code: "other",
        title: ("其他活动", "Another activity"),
        about: ("", ""),
        bring: ("", ""),
        ..PLAIN
    },
];

/// A template by its code.
pub fn template(code: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|one| one.code == code)
}
