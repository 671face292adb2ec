//! A folder with a configuration, and the real binary run in it. Asserts nothing about what it says.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

use std::path::PathBuf;
use std::process::{Command, Output};

use rongyi_load::compiled;
use serde_json::Value;
use tempfile::TempDir;

const HOST: &str = "data_dir = \"data\"\nauto_apply = true\n";
const DATA: &str = "config/data";
const SECRET: &str = "config/data/server.secret";
pub const COMMUNITY: &str = r#"
code = "green"
title = { zh = "绿村", en = "Green village" }
began_on = 2026-01-01
points_go_to = "household"
points_name = { zh = "积分", en = "points" }
expiry = "never"
order_hold_days = 7

[shop]
title = { zh = "超市", en = "Shop" }
place = { zh = "村口", en = "At the gate" }
hours = { zh = "每天", en = "Daily" }
phone = "000"

[[rule]]
plugin = "points-table"
active_from = 2026-01-15

[[rule.params.kinds]]
code = "waste.food"
title = { zh = "厨余", en = "Food waste" }
unit = { zh = "公斤", en = "kg" }
scale = 1
per_unit = 10
caps = [{ amount = 100, window = "month", subject = "household" }]

[[rule.params.kinds]]
code = "tree.plant"
title = { zh = "植树", en = "Tree planted" }
unit = { zh = "棵", en = "trees" }
per_unit = 20

[[rule.params.kinds]]
code = "council.attend"
title = { zh = "议事", en = "Council" }
unit = { zh = "次", en = "times" }
fixed = 5
limits = [{ events = 1, window = "month", subject = "person" }]
"#;
pub const HEADER: &str = "external_ref,kind,resident,occurred_at,quantity,note";

pub struct Place {
    pub folder: TempDir,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// A folder with a configuration and nothing else.
    pub fn new() -> Place {
        let place = Place {
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("config/rongyi.toml", HOST);
        place.write("config/communities/green.toml", COMMUNITY);
        compiled::lend(&place.path(DATA), &place.path(SECRET));
        place
    }

    /// With two households and three residents.
    pub fn enrolled() -> Place {
        let place = Place::new();
        place.write(
            "households.csv",
            "household,name,address\n1,陈家,一号\n2,林家,二号\n",
        );
        place.write("residents.csv", "resident,household,name,phone\n1001,1,陈阿婆,10000001001\n1002,1,陈小满,\n1003,2,林伯,\n");
        place.good(&["household", "import", "-c", "green", "households.csv"]);
        place.good(&[
            "resident",
            "import",
            "-c",
            "green",
            "residents.csv",
            "--pins",
            "pins.txt",
        ]);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    /// Runs it with further variables of the environment.
    pub fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_rongyi"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("RONGYI_DATABASE_URL")
            .env_remove("RONGYI_STAFF_PASSWORD")
            .env_remove("RONGYI_CONSENT_PASSWORD")
            .envs(variables.iter().copied())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Gives a member of staff a password of their own, as the page for it does.
    pub fn own_password(&self, login: &str, password: &str) {
        let secret = self.path(SECRET);
        let secret = rongyi_server::access::server_secret(&secret).unwrap();
        let hash = rongyi_server::access::hash_secret(&secret, password);
        let url = format!("sqlite:{}", self.path("config/data/rongyi.db").display());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = rongyi_store::Store::open(&url, false).await.unwrap();
            let green = rongyi_core::ids::Code::literal("green");
            let staff = store.staff_by_login(&green, login).await.unwrap().unwrap();
            let set = store.set_staff_password(staff.staff_id, &hash, false);
            set.await.unwrap();
        });
    }

    pub fn good(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.out, ran.err);
        compiled::keep(&self.path(DATA), &self.path(SECRET));
        ran.out
    }

    pub fn events(&self, name: &str, rows: &[&str]) {
        self.write(name, format!("{HEADER}\n{}\n", rows.join("\n")));
    }

    /// Imports events and gives the sums.
    pub fn import(&self, args: &[&str]) -> (Ran, Value) {
        let all: Vec<_> = ["import", "events", "-c", "green", "--json"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        let ran = self.run(&all);
        let sums = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
        (ran, sums)
    }

    pub fn points(&self, resident: &str) -> i64 {
        let out = self.good(&["balance", "-c", "green", "--resident", resident, "--json"]);
        let value: Value = serde_json::from_str(&out).unwrap();
        value["assets"][0]["spendable"].as_i64().unwrap()
    }

    /// How many records the ledger has, which is whole. No rule is asked again: that compiles each of them anew.
    pub fn height(&self) -> u64 {
        let out = self.good(&["verify", "--decisions", "none", "--json"]);
        let value: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value["ok"], true, "{out}");
        value["communities"][0]["height"].as_u64().unwrap()
    }
}
