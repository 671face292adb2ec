//! What the clerk could not do, in words for the terminal. It decides nothing.

use rongyi_core::rule::Text;

use rongyi_clerk::ClerkError;

/// A clerk's error in both languages.
pub(crate) fn clerk_text(error: &ClerkError) -> Text {
    let zh = match error {
        ClerkError::Rejected(rejection) => return rejection.text(),
        ClerkError::Store(error) => {
            return Text {
                zh: error.to_string(),
                en: String::new(),
            };
        }
        ClerkError::Unsure(_) => {
            "数据库没有确认就中断了，是否已经记上还不知道。请先查一查；用同一个编号重试不会记两次。"
        }
        ClerkError::QueueFull => "排队的命令太多，请稍后再试。",
        ClerkError::CommunityUnknown(_) => "这里没有这个社区。",
        ClerkError::Fell { .. } => "其中一步没有记成，所以这一串什么都没有记。",
        ClerkError::Stopped => "程序正在停止，没有写入任何内容。",
    };
    Text {
        zh: zh.into(),
        en: error.to_string(),
    }
}
