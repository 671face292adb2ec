//! Everything that can be done or read here, by whichever door. A new page, operation or command names one of
//! these, or brings a new one with its line in the table.

/// Something that can be done or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// See what is for everybody: communities, the notice list with masked names, published heads, proofs that
    /// somebody brings along, the sign-in pages.
    SeePublic,
    /// Change one's own PIN or password, and see and end one's own sign-ins.
    ChangeSecret,
    /// See one's own pages: home, passbook, why, proofs, shop, orders, 我的.
    SeeOwn,
    /// Order and cancel on one's own pages.
    OrderOwn,
    /// Change what is one's own on the pages: how one stands in public lists; have it all erased.
    ManageOwn,
    /// Ask something of the community and follow it: claims, appeals, messages.
    AskOwn,
    /// Join and leave shifts of volunteers, and sign in at the door.
    JoinOwn,
    /// See the shop and what is left of each item.
    SeeShop,
    /// Ask what a basket costs a resident.
    Quote,
    /// Order for a resident.
    PlaceOrder,
    /// See an order.
    ReadOrder,
    /// Cancel an order.
    CancelOrder,
    /// Look a pick-up code up and hand the goods over.
    HandOver,
    /// Book what a resident did; the rules decide what it is worth.
    RecordEvent,
    /// See what a resident has, now or on a past day.
    ReadBalance,
    /// See a resident's movements.
    ReadPassbook,
    /// Find a resident by name, number, telephone or address: number, name and household.
    FindResident,
    /// Open a resident's page: what they have, their lines, orders, household, devices, and who looked.
    SeeResident,
    /// See an entry of the ledger and why it is so.
    ReadEntry,
    /// Take the proof of an entry along.
    ReadProof,
    /// See or export everything that is kept about somebody.
    ReadPerson,
    /// Erase what is kept about somebody; it takes two.
    ErasePerson,
    /// Say how a person stands in public lists.
    SetListing,
    /// Object to an award under notice.
    Object,
    /// See what was asked, and where it stands.
    SeeCases,
    /// Work on what was asked, and ask for somebody at the counter; the kind says who takes which step.
    WorkCases,
    /// Open an inspection by judges, and call it off.
    OpenInspections,
    /// Write, publish and lead activities of volunteers: who is on a list, who came.
    LeadActivities,
    /// Confirm hours that somebody else led.
    ConfirmHours,
    /// Check and sign certificates of hours.
    Certify,
    /// See the desk: open corrections and objections with their reasons.
    SeeDesk,
    /// Take an entry back, within the debt floor.
    Reverse,
    /// Propose a correction.
    Propose,
    /// Approve somebody else's correction.
    Approve,
    /// Decline a correction.
    Decline,
    /// Review an objection.
    Review,
    /// Compare a written balance with the ledger.
    State,
    /// See where each period stands.
    SeePeriods,
    /// See what closing a period gives each holder.
    ReadPeriodHolders,
    /// Take a step in closing a period.
    StepPeriod,
    /// See reports: sums of the community, which name nobody.
    SeeReports,
    /// Print lists for the wall.
    PrintLists,
    /// See how rules and host are doing.
    SeeOperations,
    /// Set a new first PIN for a resident, end their sign-ins, lift a lock.
    ResetPin,
    /// Take on staff, change their role, set a new first password, suspend them.
    ManageStaff,
    /// Enrol persons, households and residents, and set their traits.
    Enrol,
    /// Define items and receive goods.
    ManageStock,
    /// See merchants, their offers and statements.
    SeeMerchants,
    /// Say what a merchant offers, and what of it is there.
    OfferGoods,
    /// Sign a month of a merchant off; it takes two.
    SignStatement,
    /// Enrol merchants and who works there, and end them.
    ManageMerchants,
    /// Give tokens to devices and end them.
    ManageTokens,
    /// Import opening balances and events.
    Import,
    /// Try, write and change rules and configuration.
    Configure,
    /// Run the installation: serve, verify, move, back up, publish heads.
    Run,
}

impl Act {
    /// All of them, in the order of the table.
    pub const ALL: [Act; 55] = [
        Act::SeePublic,
        Act::ChangeSecret,
        Act::SeeOwn,
        Act::OrderOwn,
        Act::ManageOwn,
        Act::AskOwn,
        Act::JoinOwn,
        Act::SeeShop,
        Act::Quote,
        Act::PlaceOrder,
        Act::ReadOrder,
        Act::CancelOrder,
        Act::HandOver,
        Act::RecordEvent,
        Act::ReadBalance,
        Act::ReadPassbook,
        Act::FindResident,
        Act::SeeResident,
        Act::ReadEntry,
        Act::ReadProof,
        Act::ReadPerson,
        Act::ErasePerson,
        Act::SetListing,
        Act::Object,
        Act::SeeCases,
        Act::WorkCases,
        Act::OpenInspections,
        Act::LeadActivities,
        Act::ConfirmHours,
        Act::Certify,
        Act::SeeDesk,
        Act::Reverse,
        Act::Propose,
        Act::Approve,
        Act::Decline,
        Act::Review,
        Act::State,
        Act::SeePeriods,
        Act::ReadPeriodHolders,
        Act::StepPeriod,
        Act::SeeReports,
        Act::PrintLists,
        Act::SeeOperations,
        Act::ResetPin,
        Act::ManageStaff,
        Act::Enrol,
        Act::ManageStock,
        Act::SeeMerchants,
        Act::OfferGoods,
        Act::SignStatement,
        Act::ManageMerchants,
        Act::ManageTokens,
        Act::Import,
        Act::Configure,
        Act::Run,
    ];

    /// What it is called in the manual, in Chinese and English.
    pub fn titles(self) -> (&'static str, &'static str) {
        match self {
            Act::SeePublic => ("看公开的内容", "see what is public"),
            Act::ChangeSecret => (
                "改自己的密码，管自己的登录",
                "change one's own PIN or password, end one's own sign-ins",
            ),
            Act::SeeOwn => ("看自己的页面", "see one's own pages"),
            Act::OrderOwn => (
                "在自己的页面上下单、取消",
                "order and cancel on one's own pages",
            ),
            Act::ManageOwn => ("改、删自己的资料", "change or erase one's own data"),
            Act::AskOwn => (
                "提出和跟进自己的事",
                "ask something of the community and follow it",
            ),
            Act::JoinOwn => (
                "报名、退出活动，签到签退",
                "join and leave activities, sign in at the door",
            ),
            Act::SeeShop => ("看货架和库存", "see the shop and its stock"),
            Act::Quote => ("问价", "ask what a basket costs"),
            Act::PlaceOrder => ("下兑换单", "place an order"),
            Act::ReadOrder => ("看兑换单", "see an order"),
            Act::CancelOrder => ("取消兑换单", "cancel an order"),
            Act::HandOver => ("查取货码、交货", "look up a pick-up code, hand over"),
            Act::RecordEvent => ("登记事项", "record events"),
            Act::ReadBalance => ("看居民余额", "see a resident's balance"),
            Act::ReadPassbook => ("看居民明细", "see a resident's passbook"),
            Act::FindResident => ("找居民", "find a resident"),
            Act::SeeResident => ("看居民页", "open a resident's page"),
            Act::ReadEntry => ("看一笔账", "see an entry"),
            Act::ReadProof => ("取一笔账的凭证", "take the proof of an entry"),
            Act::ReadPerson => ("导出别人的资料", "export somebody's data"),
            Act::ErasePerson => (
                "删除别人的资料（要两个人）",
                "erase somebody's data (takes two)",
            ),
            Act::SetListing => (
                "替别人设定公开名单里怎么显示",
                "set how somebody stands in public lists",
            ),
            Act::Object => ("对公示提异议", "object to an award under notice"),
            Act::SeeCases => ("看办件", "see what was asked"),
            Act::WorkCases => (
                "办理办件、替人提出",
                "work on what was asked, ask for somebody",
            ),
            Act::OpenInspections => (
                "开评比、取消评比",
                "open an inspection by judges, call it off",
            ),
            Act::LeadActivities => (
                "办活动：写、发布、点名",
                "write, publish and lead activities",
            ),
            Act::ConfirmHours => (
                "确认别人带的活动的时长",
                "confirm hours that somebody else led",
            ),
            Act::Certify => ("核对、签发时长证明", "check and sign certificates of hours"),
            Act::SeeDesk => ("看更正和异议", "see corrections and objections"),
            Act::Reverse => ("冲正", "reverse an entry"),
            Act::Propose => ("提出更正", "propose a correction"),
            Act::Approve => ("批准别人提的更正", "approve somebody else's correction"),
            Act::Decline => ("退回更正", "decline a correction"),
            Act::Review => ("复核异议", "review an objection"),
            Act::State => ("核对某天的余额", "compare a written balance"),
            Act::SeePeriods => ("看各期走到哪一步", "see where periods stand"),
            Act::ReadPeriodHolders => ("看一期里每户的结果", "see each holder of a period"),
            Act::StepPeriod => ("结账（截止、签字、封账）", "close a period"),
            Act::SeeReports => ("看报表", "see reports"),
            Act::PrintLists => ("打印张贴的名单", "print lists for the wall"),
            Act::SeeOperations => (
                "看今天的事、规则和系统的运行",
                "see the day's work, how rules and host do",
            ),
            Act::ResetPin => ("重设居民密码、解锁", "reset a resident's PIN, unlock"),
            Act::ManageStaff => ("管理工作人员", "manage staff"),
            Act::Enrol => (
                "登记人、户、居民和特征",
                "enrol people, households, residents, traits",
            ),
            Act::ManageStock => ("登记物品、进货", "define items, receive goods"),
            Act::SeeMerchants => ("看商家和结算单", "see merchants and statements"),
            Act::OfferGoods => ("上架商家的优惠", "put up what a merchant offers"),
            Act::SignStatement => ("签结算单（要两个人）", "sign statements (takes two)"),
            Act::ManageMerchants => ("登记、停用商家", "enrol and end merchants"),
            Act::ManageTokens => ("管理设备令牌", "manage devices' tokens"),
            Act::Import => ("导入旧余额和事项", "import balances and events"),
            Act::Configure => (
                "检查和改规则、配置",
                "check and change rules and configuration",
            ),
            Act::Run => ("运行、核对、搬迁、备份", "serve, verify, move, back up"),
        }
    }
}
