//! In whose name a command acts: the user of the machine who typed it, or a member of staff who gives their own
//! password. A name alone proves nothing.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use rongyi_core::ids::Code;
use rongyi_core::typed;

use super::{Failure, tell};
use crate::access::{
    self, AccessError, Flood, Origin, Role, SignInDesk, SignedIn, StaffMember, Vault, server_secret,
};
use crate::door::{Act, Actor, May, Right, may};
use crate::house::House;

/// The password of `--by`, where nobody can be asked.
pub(crate) const PASSWORD: &str = "RONGYI_STAFF_PASSWORD";
/// The password of `--consent`, where nobody can be asked.
pub(crate) const CONSENT: &str = "RONGYI_CONSENT_PASSWORD";
/// A file with a password has at most so many bytes.
const FILE_MAX: u64 = 1024;

/// In whose name.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// 用某位工作人员的名义，要本人的密码；不写就是终端自己 / in the name of a member of staff, with their password; without it, as the terminal
    #[arg(long, value_name = "LOGIN")]
    by: Option<String>,
    /// 密码在这个文件里，不询问 / the password is in this file
    #[arg(long, value_name = "FILE", requires = "by")]
    password_file: Option<PathBuf>,
}

impl By {
    /// Who acts.
    ///
    /// # Errors
    /// [`Failure`] for somebody who is not there, gives a wrong password, or may not do this.
    pub(crate) async fn actor(
        &self,
        house: &House,
        community: &Code,
        act: Act,
    ) -> Result<Actor, Failure> {
        let Some(login) = &self.by else {
            return Ok(house.hand.clone());
        };
        let given = PasswordSource {
            variable: PASSWORD,
            file: self.password_file.as_deref(),
        };
        staff(house, community, (login, act), given).await
    }
}

/// Where a password comes from.
pub(crate) struct PasswordSource<'a> {
    pub(crate) variable: &'static str,
    pub(crate) file: Option<&'a Path>,
}

impl PasswordSource<'_> {
    fn password(&self, login: &str) -> Result<String, Failure> {
        if let Some(path) = self.file {
            return read(path).map_err(|error| Failure::file(path, &error));
        }
        if let Ok(password) = std::env::var(self.variable) {
            return Ok(password);
        }
        let terminal = console::Term::stderr();
        if !std::io::stdin().is_terminal() || !terminal.is_term() {
            let variable = self.variable;
            return Err(Failure::new(
                "staff.password-needed",
                format!(
                    "用“{login}”的名义办事，要本人的密码：在终端上输入，或用 --password-file，或放在环境变量 {variable} 里。不写 --by 就以终端自己的名义办。"
                ),
                format!(
                    "Acting as “{login}” takes that person's password: type it at a terminal, give --password-file, or set {variable}. Without --by the terminal acts as itself."
                ),
            ));
        }
        tell(&format!(
            "请 {login} 输入自己的密码（不显示）： {login}, type your password (not shown):"
        ));
        terminal
            .read_secure_line()
            .map_err(|error| Failure::said("staff.password-needed", &error))
    }
}

/// The first line of a small file.
fn read(path: &Path) -> std::io::Result<String> {
    let text = rongyi_files::read_text(path, FILE_MAX)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The member of staff behind a login, who gives their own password and may do this. Wrong tries count as they do
/// at the door.
pub(crate) async fn staff(
    house: &House,
    community: &Code,
    (login, act): (&str, Act),
    given: PasswordSource<'_>,
) -> Result<Actor, Failure> {
    let name = typed::canonical(login).to_lowercase();
    let found = house.store.staff_by_login(community, &name).await?;
    let found = found.filter(|member| member.active);
    let known = found.and_then(|member| Some((Role::from_word(&member.role)?, member)));
    let (role, member) = known.ok_or_else(|| unknown(community, login))?;
    let password = given.password(login)?;
    let path = &house.config.secret_file;
    let secret = server_secret(path).map_err(|error| Failure::file(path, &error))?;
    let actor = Actor::staff(member.staff_id, role);
    let who = SignedIn::Staff(StaffMember {
        staff_id: member.staff_id,
        name: member.name,
        role,
        must_change: member.must_change,
        person_id: member.person_id,
    });
    let vault = Vault::new(secret);
    let now = house.clock.now();
    let flood = Flood::new(secret);
    let desk = SignInDesk {
        store: &house.store,
        vault: &vault,
        flood: &flood,
    };
    access::confirm(desk, (&who, &Origin::default()), &password, now)
        .await
        .map_err(|error| refused(&error))?;
    // Whoever printed the first password knows it too.
    if member.must_change {
        return Err(Failure::new(
            "staff.password-first",
            format!("“{login}”还在用印出来的初始密码，别人也知道。请先在网页上登录，换成自己的。"),
            format!(
                "“{login}” still has the printed first password, which others know. Sign in on the pages and replace it first."
            ),
        ));
    }
    if may(Right::Staff(role), act) == May::No {
        return Err(refused(&AccessError::Forbidden));
    }
    Ok(actor)
}

fn unknown(community: &Code, login: &str) -> Failure {
    Failure::new(
        "staff.unknown",
        format!(
            "社区 {community} 没有登录名为“{login}”的在职工作人员。请核对，或先用 rongyi staff add 登记。"
        ),
        format!(
            "Community {community} has no active member of staff with the login “{login}”. Check it, or add them with `rongyi staff add`."
        ),
    )
}

fn refused(error: &AccessError) -> Failure {
    let code = match error {
        AccessError::Forbidden => {
            return Failure::new(
                "access.forbidden",
                "这位工作人员的岗位不能办这件事。请换有权的人；谁能做什么，见 config/README.zh.md。",
                "This member of staff may not do this by their role. Ask somebody who may; see config/README.md.",
            );
        }
        AccessError::Wrong => {
            return Failure::new(
                "access.wrong",
                "密码不对，什么也没有做。请再试一次；忘了密码请管理员重设。",
                "The password is wrong; nothing was done. Try again, or have it set anew by an operator.",
            );
        }
        AccessError::Delayed { .. } => "access.delayed",
        AccessError::Store(error) => error.code(),
        AccessError::SignInNeeded
        | AccessError::StaffSignInNeeded
        | AccessError::PinFirst
        | AccessError::Locked
        | AccessError::Guarded { .. }
        | AccessError::Flooded
        | AccessError::TokenUnknown
        | AccessError::CrossSite => "access",
    };
    let (zh, en) = error.both();
    Failure::new(code, zh, en)
}
