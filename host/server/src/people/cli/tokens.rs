//! `rongyi token`: devices that post events, hand over, read.

use comfy_table::{Table, presets};

use super::args::TokenCommand;
use super::common::Where;
use crate::door::terminal::{Failure, foreign, known, say, say_json, tell, with_house};
use crate::house::House;
use crate::people::tokens;

pub(crate) async fn token(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Add { place, name, scope } => {
            with_house(&place.installation, async |house| {
                let community = known(house, &place.place.community)?;
                let (id, token) = tokens::add(house, community, &name, scope.meant()).await?;
                say(&token);
                tell(&format!(
                    "令牌 {id}（{}，{}）只显示这一次。 Token {id} is shown this once.",
                    foreign(&name),
                    scope.meant().word()
                ));
                Ok(())
            })
            .await
        }
        TokenCommand::Revoke { place, id } => {
            with_house(&place.installation, async |house| {
                let community = known(house, &place.place.community)?;
                let token = tokens::revoke(house, community, id).await?;
                let token = token.ok_or_else(|| {
                    Failure::new(
                        "token.unknown",
                        format!("这个社区没有 {id} 号令牌。"),
                        format!("This community has no token {id}."),
                    )
                })?;
                say(&format!(
                    "令牌 {id}（{}）已作废。 Token {id} no longer works.",
                    foreign(&token.name)
                ));
                Ok(())
            })
            .await
        }
        TokenCommand::List { place, json } => {
            with_house(&place.installation, async |house| {
                list_tokens(house, &place, json).await
            })
            .await
        }
    }
}

async fn list_tokens(house: &House, place: &Where, json: bool) -> Result<(), Failure> {
    let tokens = house
        .store
        .tokens(known(house, &place.place.community)?)
        .await?;
    if json {
        let list: Vec<_> = tokens
            .iter()
            .map(|token| {
                let active = token.revoked_at.is_none();
                serde_json::json!({ "id": token.token_id, "name": token.name, "scope": token.scope, "active": active })
            })
            .collect();
        say_json(&serde_json::Value::from(list));
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["编号 id", "设备 device", "能做 scope", ""]);
    for token in tokens {
        let state = if token.revoked_at.is_some() {
            "已作废 revoked"
        } else {
            "可用 active"
        };
        table.add_row([
            token.token_id.to_string(),
            foreign(&token.name),
            foreign(&token.scope),
            state.to_owned(),
        ]);
    }
    say(&table.to_string());
    Ok(())
}
