//! What the enrolment commands take, and the help that explains it. Nothing is done here.

use clap::{Subcommand, ValueEnum};
use rongyi_core::ids::Code;

use super::access::{PersonDevicesArgs, PinArgs, PostCommand, UnlockArgs};
use super::common::{FromFile, Pins, Update, Where};
use crate::access;
use crate::door::terminal::Installation;
use crate::people;
use crate::people::finding::cli::FindArgs;
use crate::people::leaving::cli::{LeaveArgs, MoveArgs};
use crate::people::own::cli::{EraseArgs, ExportArgs};

const AGAIN: &str = "\
同一个文件再导入一次，什么也不会变。 Importing a file again changes nothing.
编号相同而内容不同会被指出，两边都写出来；是更正就加 --update。
The same key with other content is told with both; with --update it is a correction.";

/// Persons.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
登记居民时会同时登记人员，一般用不到这个命令；一个人要在几个社区当居民时才需要。
Enrolling a resident registers the person too; this is for somebody who will be a resident of several communities:
  rongyi person add --name 陈小满                       → person 12
  rongyi resident add -c nanmen  --resident 1002 --household 1 --person 12
  rongyi resident add -c jinxian --resident 2002 --household 9 --person 12")]
pub(crate) enum PersonCommand {
    /// 登记一个人 / one person
    Add {
        #[command(flatten)]
        installation: Installation,
        /// 姓名 / name
        #[arg(long)]
        name: String,
        /// 电话 / telephone
        #[arg(long)]
        phone: Option<String>,
        #[command(flatten)]
        pins: Pins,
    },
    /// 从文件登记，列：name,phone；每行都是新的人 / from a file with name,phone; every row is a new person
    Import {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
    },
    /// 导出一位居民的全部个人资料 / everything that is kept about a resident, as JSON
    Export(ExportArgs),
    /// 删除一位居民的个人资料，账照旧 / erase a resident's personal data; the ledger stays
    Erase(EraseArgs),
    /// 给忘了密码的居民重设密码 / a new PIN for a resident who forgot theirs
    Pin(PinArgs),
    /// 输错太多次的居民，让其再试 / let a resident try again after too many wrong PINs
    Unlock(UnlockArgs),
    /// 居民登录过的设备：列出、退出 / devices a resident signed in with: list them, sign them out
    Devices(PersonDevicesArgs),
}

/// Households.
#[derive(Debug, Subcommand)]
pub(crate) enum HouseholdCommand {
    /// 登记一户，或改名称地址 / one household, or its new name and address
    Add {
        #[command(flatten)]
        place: Where,
        /// 户号 / its number
        #[arg(long, value_name = "N")]
        household: String,
        /// 名称，例如户主 / what it is called
        #[arg(long)]
        name: String,
        /// 地址 / address
        #[arg(long)]
        address: Option<String>,
        #[command(flatten)]
        update: Update,
    },
    /// 从文件登记，列：household,name,address / from a file with these columns
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        update: Update,
    },
}

/// Residents.
#[derive(Debug, Subcommand)]
pub(crate) enum ResidentCommand {
    /// 登记一位居民 / one resident
    #[command(after_help = "\
例 / example:
  rongyi resident add -c nanmen --resident 1001 --household 1 --name 陈阿婆
初始 PIN 是随机的，只显示一次，本人第一次登录时要换掉。
The first PIN is random, shown once, and changed by its owner at the first sign-in.")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 居民号码，印在卡上 / the number on the card
        #[arg(long, value_name = "N")]
        resident: String,
        /// 户号 / the household's number
        #[arg(long, value_name = "N")]
        household: String,
        /// 姓名 / name of somebody new
        #[arg(long, conflicts_with = "person", required_unless_present = "person")]
        name: Option<String>,
        /// 电话 / telephone
        #[arg(long, conflicts_with = "person")]
        phone: Option<String>,
        /// 已登记的人员编号 / the number of somebody who is here already
        #[arg(long, value_name = "N")]
        person: Option<String>,
        /// 特征，规则会看 / traits that rules ask for, such as "star=3 rider=1"
        #[arg(long, value_name = "TRAITS")]
        traits: Option<String>,
        #[command(flatten)]
        pins: Pins,
        #[command(flatten)]
        update: Update,
    },
    /// 看或改一位居民的特征 / the traits of a resident, shown or set
    #[command(after_help = "\
例 / examples:
  rongyi resident traits -c nanmen --resident 1001
  rongyi resident traits -c nanmen --resident 1001 star=3 rider=1 hardship=0
特征是规则会看的粗略标记，例如星级、困难户、骑手；写整数，0 表示去掉，没写到的不变。账上会记下谁在什么时候改的。
Traits are coarse marks that rules ask for, such as a star level, hardship or rider: whole numbers, 0 takes one away,
and what is not named stays. The ledger records who set them and when.")]
    Traits {
        #[command(flatten)]
        place: Where,
        /// 居民号码 / the number on the card
        #[arg(long, value_name = "N")]
        resident: String,
        /// 名称=整数 / NAME=NUMBER
        #[arg(value_name = "TRAIT")]
        set: Vec<String>,
    },
    /// 找居民：姓名、拼音、首字母、号码、电话尾号、地址 / find anybody by whatever is known of them
    Find(FindArgs),
    /// 迁出、去世、重复登记 / somebody moved away, died, or was enrolled twice
    #[command(after_help = "\
余下的积分归谁，照社区文件里的 [leaving]；没有写的，留在原处。 What is left goes where [leaving] of the community's file
says; where it says nothing it stays.
登记错了：rongyi reverse -c ID --entry N。 A mistake is taken back with rongyi reverse.")]
    Leave(LeaveArgs),
    /// 换户、分户、并户 / people go to another household
    #[command(after_help = "\
例 / examples:
  rongyi resident move -c nanmen --residents 1002 --household 7 --points 30 --reason \"分户，居委会已核\" --yes
  rongyi resident move -c nanmen --residents 1001,1002 --household 9 --reason \"并户，两家都同意\" --yes
一户的人都走，积分全部带走。 When all of a household go, all of its points go along.")]
    Move(MoveArgs),
    /// 从文件登记，列：resident,household,name,phone / from a file with these columns
    #[command(after_help = "\
同一个文件再导入一次，什么也不会变：已有的居民不会得到新 PIN。
Importing a file again changes nothing: who is there gets no new PIN.
号码相同而姓名或电话不同会被指出；是更正就加 --update。 The same number with another name or telephone is told; with
--update it is a correction.
列 person 写已登记的人员编号，代替 name。 A column person names somebody who is here already, instead of name.
列 traits 写特征，例如 star=3 rider=1；已有的居民也会照着改。 A column traits sets traits, of those who are there too.")]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
        #[command(flatten)]
        update: Update,
    },
}

/// Staff.
#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// 登记一位工作人员 / one member of staff
    #[command(after_help = "\
岗位 / roles:
  reviewer    审核员：看申报和事项 / looks at claims and events
  shopkeeper  店员：核销取货码 / hands goods over
  operator    管理员：规则、人员、报表 / rules, people, reports
  leader      活动组织者：志愿活动 / volunteer activities
  merchant    商家：哪一家在网页的“商家”里写 / for which merchant is said in the browser
初始密码只显示一次，本人第一次登录时要换掉。
The first password is shown once and changed at the first sign-in.")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 登录名 / sign-in name
        #[arg(long)]
        login: String,
        /// 姓名 / name
        #[arg(long)]
        name: String,
        /// 岗位 / role
        #[arg(long, value_parser = people::ROLES)]
        role: String,
        /// 本人也是居民：居民号码 / this person is a resident too: the number on the card
        #[arg(long, value_name = "N")]
        resident: Option<String>,
        #[command(flatten)]
        pins: Pins,
    },
    /// 从文件登记，列：login,name,role（还可以有 resident）/ from a file with these columns, and `resident` where it is known
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
    },
    #[command(flatten)]
    Post(PostCommand),
}

/// Items.
#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand {
    /// 登记或修改一种物品；要多少分由定价规则决定 / one item, new or changed; what it costs is the pricing rule's
    Add {
        #[command(flatten)]
        place: Where,
        /// 代号，定价规则里也用它 / its code, as in the pricing rule
        #[arg(long)]
        item: String,
        /// 中文名 / Chinese name
        #[arg(long)]
        title_zh: String,
        /// 英文名 / English name
        #[arg(long)]
        title_en: String,
        /// 货架 / shelf
        #[arg(long)]
        category: String,
        /// 价值（分） / value in 1/100 yuan
        #[arg(long)]
        value_fen: String,
        /// 图标 / picture
        #[arg(long)]
        icon: Option<String>,
        #[command(flatten)]
        update: Update,
    },
    /// 下架：不再接受兑换，已下的单照旧 / off the shelf: no more orders; open ones stay
    Off {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: Code,
    },
    /// 重新上架 / back on the shelf
    On {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: Code,
    },
    /// 从文件登记，列：item,title_zh,title_en,category,value_fen,icon / from a file with these columns
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        update: Update,
    },
}

/// Goods.
#[derive(Debug, Subcommand)]
pub(crate) enum StockCommand {
    /// 记一次进货 / one delivery
    #[command(after_help = "\
例 / example:
  rongyi stock receive -c nanmen rice-5kg 60 --donor 南门粮店 --reason 第四季度进货单1
运行两次就是进了两次货。 Run twice, it came twice.")]
    Receive {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: String,
        /// 件数 / pieces
        quantity: String,
        /// 谁给的 / who gave it
        #[arg(long)]
        donor: Option<String>,
        /// 凭据 / why: the delivery note
        #[arg(long)]
        reason: String,
        /// 哪天到的，默认今天 / the day it came, today without it
        #[arg(long, value_name = "DATE")]
        received_on: Option<String>,
    },
    /// 损耗：丢了、坏了、退给供货商 / lost, spoiled, given back to the supplier
    #[command(after_help = "\
例 / example:
  rongyi stock lose -c nanmen rice-5kg 2 --reason 受潮
进货记错了，用 rongyi reverse 冲正那一笔，不用损耗。 A delivery booked wrongly is reversed with `rongyi reverse`.")]
    Lose {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: Code,
        /// 件数 / pieces
        #[arg(value_parser = clap::value_parser!(i32).range(1..=1_000_000))]
        quantity: i32,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 盘点：数出来多少就是多少，为兑换单留着的也数 / a count of all that lies there, what is kept for orders too
    Count {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: Code,
        /// 数出来的件数 / pieces that were found
        #[arg(value_parser = clap::value_parser!(i32).range(0..=1_000_000))]
        found: i32,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 从文件记进货，列：item,quantity,donor,received_on,reason / from a file with these columns
    #[command(after_help = "\
同一个文件 30 天内再导入一次，什么也不会变；同一天同样的两行算两次进货。
Importing a file again within 30 days changes nothing; two equal rows of one file are two deliveries.")]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Scope {
    /// 上报事项 / send events
    Events,
    /// 核销取货码 / hand goods over
    Till,
    /// 看公开的数字：货架、各期、指纹 / read public figures: shop, periods, heads
    Read,
    /// 看居民的余额和明细，每次都留痕 / read residents' balances and passbooks; each read is on the record
    People,
}

impl Scope {
    /// What the host calls it.
    pub(super) fn meant(self) -> access::Scope {
        match self {
            Scope::Events => access::Scope::Events,
            Scope::Till => access::Scope::Till,
            Scope::Read => access::Scope::Read,
            Scope::People => access::Scope::People,
        }
    }
}

/// Tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// 发一个令牌，只显示一次 / give one out; it is shown once
    #[command(after_help = "\
例 / example:
  rongyi token add -c nanmen --name 东门智能秤 --scope events
设备在请求头里带上它 / the device sends it as:  Authorization: Bearer TOKEN")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 设备叫什么 / what people call the device
        #[arg(long)]
        name: String,
        /// 能做什么 / what it may do
        #[arg(long, value_enum)]
        scope: Scope,
    },
    /// 作废一个令牌 / end one
    Revoke {
        #[command(flatten)]
        place: Where,
        /// 编号，见 token list / its number, see `token list`
        id: i64,
    },
    /// 列出令牌（不含令牌本身） / list them, without the secrets
    List {
        #[command(flatten)]
        place: Where,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}
