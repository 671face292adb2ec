//! `rongyi person pin|unlock|devices` and `rongyi staff password|disable|enable|role|devices`: the way back in, on the
//! command line. Who may do what is decided in [`crate::access::recovery`].

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use rongyi_clerk::clock::local;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::typed;
use rongyi_store::{Person, Staff, Whose};

use super::common::{Pins, Where};
use super::{Secrets, key};
use crate::access::recovery::{By, Deed, Post, RecoveryError};
use crate::access::{Role, Vault, recovery};
use crate::audit::roster;
use crate::door::terminal::acting::By as Named;
use crate::door::terminal::{Failure, known, say, with_house};
use crate::door::{Act, Actor};
use crate::house::House;
use crate::people::own::ERASED;
use crate::people::{self, FirstSecret};

/// Which resident.
#[derive(Debug, Args)]
pub(crate) struct WhichResident {
    #[command(flatten)]
    place: Where,
    /// 居民号码，印在卡上 / the number on the card
    #[arg(long, short, value_name = "N", value_parser = resident)]
    resident: ResidentNo,
}

/// A new PIN.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi person pin -c nanmen --resident 1001 --by wang
先看身份证。旧密码马上作废，本人在各社区登录过的设备都退出，输错的次数清零；新密码只显示一次，第一次登录要换掉。
谁在什么时候重设的会记下来，本人下次登录会看到。用工作人员的名义办要审核员或管理员本人的密码；自己的不能自己办。
See the identity card first. The old PIN stops working, whatever is signed in ends in every community, wrong tries are
forgotten; the new PIN is shown once and changed at first use. Who did it and when is kept and told to the person. In
somebody's name it takes a reviewer's or an operator's own password, and nobody does it for themselves.")]
pub(crate) struct PinArgs {
    #[command(flatten)]
    who: WhichResident,
    #[command(flatten)]
    by: Named,
    #[command(flatten)]
    pins: Pins,
}

/// Wrong tries no longer count.
#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    #[command(flatten)]
    who: WhichResident,
    #[command(flatten)]
    by: Named,
}

/// What is signed in, and its end.
#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// 退出这一台（编号见列表），或 all 全部退出 / sign one out, by its number in the list, or `all`
    #[arg(long, value_name = "ID|all")]
    end: Option<String>,
    #[command(flatten)]
    by: Named,
}

/// The browsers of a resident.
#[derive(Debug, Args)]
pub(crate) struct PersonDevicesArgs {
    #[command(flatten)]
    who: WhichResident,
    #[command(flatten)]
    end: EndArgs,
}

/// Which colleague, and on whose word.
#[derive(Debug, Args)]
pub(crate) struct WhichStaff {
    #[command(flatten)]
    place: Where,
    /// 登录名 / sign-in name
    #[arg(long)]
    login: String,
}

/// What may be done about staff who are there.
#[derive(Debug, Subcommand)]
pub(crate) enum PostCommand {
    /// 重设一位工作人员的密码，只显示一次 / a new password, shown once
    Password {
        #[command(flatten)]
        who: WhichStaff,
        #[command(flatten)]
        by: Named,
        #[command(flatten)]
        pins: Pins,
    },
    /// 停用：马上退出，不能再登录 / signed out at once and let in no longer
    Disable {
        #[command(flatten)]
        who: WhichStaff,
        #[command(flatten)]
        by: Named,
    },
    /// 重新启用 / let in again
    Enable {
        #[command(flatten)]
        who: WhichStaff,
        #[command(flatten)]
        by: Named,
    },
    /// 换岗位 / another role
    Role {
        #[command(flatten)]
        who: WhichStaff,
        /// 新岗位 / the new role
        #[arg(long, value_parser = people::ROLES)]
        role: String,
        #[command(flatten)]
        by: Named,
    },
    /// 名册被本程序以外的手改过，核对清楚后说明原因再封存 / seals a list of staff that was changed by other hands, with the reason
    Seal {
        #[command(flatten)]
        place: Where,
        /// 谁改的、为什么 / who changed it and why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: Named,
    },
    /// 这个账号是哪位居民本人的：自己的事不能自己办 / which resident this account is: nobody helps themselves
    Person {
        #[command(flatten)]
        who: WhichStaff,
        /// 居民号码 / the number on the resident's card
        #[arg(long, value_name = "N", value_parser = resident, conflicts_with = "none", required_unless_present = "none")]
        resident: Option<ResidentNo>,
        /// 不是任何居民，或不知道 / no resident, or nobody knows
        #[arg(long)]
        none: bool,
        #[command(flatten)]
        by: Named,
    },
    /// 登录着的设备：列出、退出 / devices that signed in: list them, sign them out
    Devices {
        #[command(flatten)]
        who: WhichStaff,
        #[command(flatten)]
        end: EndArgs,
    },
}

fn resident(text: &str) -> Result<ResidentNo, String> {
    crate::earning::resident_no(text).map_err(|error| error.text.en)
}

fn failed(error: RecoveryError) -> Failure {
    let (code, text) = (error.code(), error.text());
    Failure::Failed { code, text }
}

async fn colleague(house: &House, community: &Code, login: &str) -> Result<Staff, Failure> {
    let name = typed::canonical(login).to_lowercase();
    let staff = house.store.staff_by_login(community, &name).await?;
    staff.ok_or_else(|| {
        Failure::new(
            "staff.unknown",
            format!("社区 {community} 没有登录名为“{name}”的工作人员。请核对。"),
            format!(
                "Community {community} has no member of staff with the login “{name}”. Check it."
            ),
        )
    })
}

/// Who does it: the terminal, or somebody who gives their own password.
async fn acting(house: &House, community: &Code, by: &Named, act: Act) -> Result<By, Failure> {
    let actor = by.actor(house, community, act).await?;
    let Actor::Staff { id, role } = actor else {
        return Ok(By::Terminal(actor.code().to_string()));
    };
    let staff = house.store.staff(id).await?;
    Ok(By::Staff {
        staff_id: id,
        person_id: staff.as_ref().and_then(|staff| staff.person_id),
        name: staff.map(|staff| staff.name).unwrap_or_default(),
        role,
    })
}

async fn person_of(house: &House, who: &WhichResident) -> Result<Person, Failure> {
    let community = known(house, &who.place.place.community)?;
    somebody(house, community, who.resident).await
}

async fn somebody(
    house: &House,
    community: &Code,
    resident: ResidentNo,
) -> Result<Person, Failure> {
    let person = house.store.resident_person(community, resident).await?;
    person.filter(|person| person.name != ERASED).ok_or_else(|| {
        Failure::new(
            "resident.unknown",
            format!("社区 {community} 没有 {resident} 号居民，或资料已删除。请核对号码。"),
            format!("Community {community} has no resident {resident}, or the data was erased. Check the number."),
        )
    })
}

/// `rongyi person pin`.
pub(super) async fn pin(args: PinArgs) -> Result<(), Failure> {
    let secrets = Secrets::open(&args.pins)?;
    let first = with_house(&args.who.place.installation, async |house| {
        let person = person_of(house, &args.who).await?;
        let community = &args.who.place.place.community;
        let by = acting(house, community, &args.by, Act::ResetPin).await?;
        by.may_help(&person).map_err(failed)?;
        let vault = Vault::new(key(house)?);
        let at = (&*house.store, &vault);
        let now = house.clock.now();
        let pin = recovery::new_pin_for(at, community, &person, &by, now).await;
        Ok(FirstSecret {
            who: args.who.resident.to_string(),
            name: person.name,
            secret: pin.map_err(failed)?,
        })
    })
    .await?;
    secrets.hand_out(&[first])
}

/// `rongyi person unlock`.
pub(super) async fn unlock(args: UnlockArgs) -> Result<(), Failure> {
    with_house(&args.who.place.installation, async |house| {
        let person = person_of(house, &args.who).await?;
        let community = &args.who.place.place.community;
        let by = acting(house, community, &args.by, Act::ResetPin).await?;
        let now = house.clock.now();
        let done = recovery::unlock(&house.store, community, &person, &by, now).await;
        done.map_err(failed)?;
        say("已解锁，可以用原来的密码登录了。 Unlocked: the old PIN works again.");
        Ok(())
    })
    .await
}

/// `rongyi person devices`.
pub(super) async fn person_devices(args: PersonDevicesArgs) -> Result<(), Failure> {
    with_house(&args.who.place.installation, async |house| {
        let person = person_of(house, &args.who).await?;
        let community = &args.who.place.place.community;
        if let Some(end) = &args.end.end {
            let by = acting(house, community, &args.end.by, Act::ResetPin).await?;
            by.may_help(&person).map_err(failed)?;
            return end_devices(
                house,
                community,
                Whose::Person(person.person_id),
                (end, &by),
            )
            .await;
        }
        list_devices(house, community, Whose::Person(person.person_id)).await
    })
    .await
}

/// `rongyi staff password|disable|enable|role|devices`.
pub(super) async fn post(command: PostCommand) -> Result<(), Failure> {
    match command {
        PostCommand::Password { who, by, pins } => {
            let secrets = Secrets::open(&pins)?;
            let first = with_house(&who.place.installation, async |house| {
                let community = known(house, &who.place.place.community)?;
                let staff = colleague(house, community, &who.login).await?;
                let by = acting(house, community, &by, Act::ManageStaff).await?;
                let vault = Vault::new(key(house)?);
                let now = house.clock.now();
                let secret =
                    recovery::new_password_for((&*house.store, &vault), &staff, &by, now).await;
                Ok(FirstSecret {
                    who: staff.login,
                    name: staff.name,
                    secret: secret.map_err(failed)?,
                })
            })
            .await?;
            secrets.hand_out(&[first])
        }
        PostCommand::Disable { who, by } => change(&who, &by, Post::Active(false)).await,
        PostCommand::Enable { who, by } => change(&who, &by, Post::Active(true)).await,
        PostCommand::Role { who, role, by } => match Role::from_word(&role) {
            Some(role) => change(&who, &by, Post::Role(role)).await,
            None => Err(Failure::Told),
        },
        PostCommand::Person {
            who, resident, by, ..
        } => tie(&who, resident, &by).await,
        PostCommand::Seal { place, reason, by } => seal(&place, &reason, &by).await,
        PostCommand::Devices { who, end } => {
            with_house(&who.place.installation, async |house| {
                let community = known(house, &who.place.place.community)?;
                let staff = colleague(house, community, &who.login).await?;
                let whose = Whose::Staff(staff.staff_id);
                if let Some(device) = &end.end {
                    let by = acting(house, community, &end.by, Act::ManageStaff).await?;
                    by.may_lead(&staff).map_err(failed)?;
                    return end_devices(house, community, whose, (device, &by)).await;
                }
                list_devices(house, community, whose).await
            })
            .await
        }
    }
}

async fn change(who: &WhichStaff, by: &Named, post: Post) -> Result<(), Failure> {
    with_house(&who.place.installation, async |house| {
        let community = known(house, &who.place.place.community)?;
        let staff = colleague(house, community, &who.login).await?;
        let by = acting(house, community, by, Act::ManageStaff).await?;
        let now = house.clock.now();
        let done = recovery::change_post(&house.store, &staff, post, &by, now).await;
        done.map_err(failed)?;
        say(&format!(
            "改好了：{}。 Changed: {}.",
            staff.name, staff.login
        ));
        Ok(())
    })
    .await
}

async fn tie(who: &WhichStaff, resident: Option<ResidentNo>, by: &Named) -> Result<(), Failure> {
    with_house(&who.place.installation, async |house| {
        let community = known(house, &who.place.place.community)?;
        let staff = colleague(house, community, &who.login).await?;
        let person = match resident {
            Some(resident) => Some(somebody(house, community, resident).await?),
            None => None,
        };
        let by = acting(house, community, by, Act::ManageStaff).await?;
        let now = house.clock.now();
        let done = recovery::tie(&house.store, &staff, person.as_ref(), &by, now).await;
        done.map_err(failed)?;
        let (login, name) = (&staff.login, person.map(|person| person.name));
        match name {
            Some(name) => say(&format!(
                "{login} 是居民 {name} 本人。 {login} is the resident {name}."
            )),
            None => say(&format!(
                "{login} 不再对应哪位居民。 {login} is nobody's account among the residents."
            )),
        }
        Ok(())
    })
    .await
}

async fn seal(place: &Where, reason: &str, by: &Named) -> Result<(), Failure> {
    with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        let actor = by.actor(house, community, Act::ManageStaff).await?.code();
        let reason = rongyi_core::shown::short(reason, 200);
        let found = roster::keep(house, community, Some((reason.as_ref(), actor))).await;
        let found = found.map_err(|error| Failure::from(&error))?;
        for unexplained in &found {
            say(&format!("  {}: {}", unexplained.who, unexplained.what));
        }
        let count = found.len();
        say(&format!(
            "名册已封存，{count} 处变动写明了原因。 The list of staff is sealed; {count} changes stand with the reason."
        ));
        Ok(())
    })
    .await
}

async fn list_devices(house: &House, community: &Code, whose: Whose) -> Result<(), Failure> {
    let zone = house
        .community(community)
        .map(|community| community.zone.clone());
    let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["编号 id", "设备 device", "最近登录 last sign-in", ""]);
    for browser in house.store.browsers(whose, house.clock.now()).await? {
        let (day, minute) = local(browser.seen_at, &zone);
        let state = match browser.sessions {
            0 => "已退出 signed out",
            _ => "登录着 signed in",
        };
        table.add_row([
            browser.browser_id.to_string(),
            browser.label,
            format!("{day} {:02}:{:02}", minute / 60, minute % 60),
            state.to_owned(),
        ]);
    }
    say(&table.to_string());
    Ok(())
}

async fn end_devices(
    house: &House,
    community: &Code,
    whose: Whose,
    (end, by): (&str, &By),
) -> Result<(), Failure> {
    if end == "all" {
        house.store.end_sessions(whose, None).await?;
    } else {
        let id = typed::number(end);
        let ended = match id {
            Some(id) => house.store.end_browser(whose, i64::from(id)).await?,
            None => false,
        };
        if !ended {
            return Err(Failure::new(
                "device.unknown",
                format!("没有编号为“{end}”的设备。不写 --end 可以列出编号。"),
                format!("There is no device “{end}”. Leave --end out to list the numbers."),
            ));
        }
    }
    let record = recovery::record(community, Deed::End, by, ("", house.clock.now()));
    house.store.add_access_record(whose, record).await?;
    say("已退出。 Signed out.");
    Ok(())
}
