# 页面上的固定文字（中文）。与 en.ftl 的条目和变量必须一一对应，测试会检查。

## 处处都有
product = 榕易
skip = 跳到正文
demo = 演示数据
demo-text = 人名和积分都是编的
help = 遇到困难，请打社区电话
nav-label = 主要栏目
nav-home = 首页
nav-passbook = 存折
nav-shop = 兑换
nav-me = 我的
unit-points = 分
unit-points-each = 分 / 份
points-n = { $count } 分
hours-n = { $count } 小时
size-switch = 把文字换成{ $size }
size-standard = 标准字
size-large = 大字
size-largest = 特大字
size-standard-short = 标准字
size-large-short = 大字
size-largest-short = 特大
lang-name = 中文
lang-name-short = 中文
sign-in = 登录
sign-out = 退出登录
busy = 请稍等…
print = 打印存折
printed-on = 打印日期：{ $day }
filter-label = 筛选
title-error = 出错了：
summary-title = 请改一下
back-home = 回首页
back-passbook = 回存折
back-shop = 回兑换
back-item = 回上一步
back-orders = 我的兑换单
back-me = 回“我的”
back-till = 回核销

## 登录
sign-in-title = 登录
sign-in-sub = 看看您在{ $community }的积分
resident-number = 居民编号
resident-number-hint = 印在您的积分卡上，例如 0003
staff-number = 工号
staff-number-hint = 社区发给您的工号
pin = 密码
pin-hint = 积分卡的 6 位数字密码
staff-pin-hint = 社区发给您的密码
sign-in-forgot = 忘了编号或密码？带上身份证到社区服务台，当面就能重设。
staff-sign-in-title = 工作人员登录
link-staff = 工作人员登录
link-resident = 居民登录
link-head = 账本公示
demo-hint = 演示用：编号 { $number }，密码 { $pin }

## 密码
pin-title = 修改密码
pin-first-title = 请设一个自己的密码
pin-first-text = 印在纸上的密码别人可能见过。换成只有您知道的 6 位数字，以后就用它登录。
pin-first-text-staff = 印在纸上的密码别人可能见过。换成只有您知道的，至少 8 个字符，以后就用它登录。
pin-printed = 纸上印的密码
pin-current = 现在的密码
pin-new = 新密码
pin-new-hint = 6 位数字。不要用生日，也不要用 123456
pin-new-hint-staff = 至少 8 个字符。不要用生日或工号
pin-again = 再输一遍新密码
pin-save = 保存新密码
pin-done = 密码改好了
pin-done-text = 下次登录请用新密码。

## 首页
home-balance = 可用积分
home-hours = 志愿时长
home-earned = 本月已得
home-notice = 公示中
home-set-aside = 待领取占用
home-waiting = { $what } 等您来领
home-waiting-until = { $day } 前领取
home-expiring = { $points }快到期了
home-expiring-note = 请在 { $day } 前用掉
act-shop = 去兑换
act-passbook = 看存折
act-orders = 取货码
home-recent = 最近的变动
home-all = 查看全部

## 存折
passbook-title = 积分存折
passbook-all = 全部
passbook-in = 收入
passbook-out = 支出
passbook-empty = 这里还没有记录。参加一次社区活动、分类一次垃圾，就会记上一笔。
passbook-older = 看更早的
passbook-newest = 回到最新
month-sums = 收 { $earned } · 支 { $spent }
line-in = 收入
line-out = 支出
line-balance = 余 { $points }
notice-until = 公示到 { $day }
why-link = 为什么？
seal-notice = 公示中
seal-set-aside = 待领取
seal-picked-up = 已领取
seal-reversed = 已冲正
seal-refused = 没有入账

## 为什么
why-title = { $what }，为什么是 { $change }？
why-not-title = { $what }，为什么没有得分？
why-caption = 一步一步算出来
why-col-step = 说明
why-col-change = 增减
why-sum-in = 得分
why-sum-out = 合计
why-sum-refused = 得分
why-opens = { $day } 起重新计算
why-order = 查看这张兑换单
why-rule = 依据
why-rule-text = “{ $name }” 第 { $version } 版
why-rule-from = { $day } 起执行
why-recorded = 记录人
why-balance = 记账后余额
why-objection-title = 觉得不对？
why-objection = 请打社区电话或到服务台，说出这一笔的日期和事由，我们会重新核对。
why-proof = 账本凭证
why-proof-text = 账本第 { $seq } 笔，收在第 { $height } 页。这一页的指纹是：
why-proof-rule = 规则的指纹是：
why-proof-head = 和公示的账本对照

## 兑换
shop-title = 积分兑换
shop-sub = 先选东西，再确认，最后凭取货码领取
shop-affordable = 我能换的
shop-all = 全部
shop-empty = 现在没有合适的东西。
shop-empty-all = 看全部
shop-short = 还差 { $count } 分
about-yuan = 约值 { $yuan } 元
stock-plenty = 有货
stock-few = 只剩 { $count } 份
stock-gone = 缺货
opens-again = { $day } 起可以换
item-have = 您现在有 { $points }
item-others = 看看能换的
item-how-many = 换几份？
item-check-first = 下一步会再请您核对一遍
use-points = 用 { $points }兑换
pick-place = 领取地点
pick-hours = 开放时间
pick-until = 领取期限
pick-until-note = 过期不领，积分自动退回
limits = 限量
confirm-title = 请核对
confirm-before = 现有
confirm-after = 兑换后
confirm-draws = 先用
draw-expires = { $day } 到期的
draw-lasting = 长期有效的
price-changed-title = 价格变了
price-changed = 刚才是 { $was }，现在是 { $now }。积分还没有动，请看清楚再决定。
think-again = 再想想

## 兑换单
order-reserved = 待领取
order-handed = 已领取
order-cancelled = 已取消
order-timed-out = 过期退回
order-placed = 兑换好了！
order-placed-next = 凭下面的取货码去领取。
order-cost = 已用 { $points }
order-paid = 已付
order-code = 取货码
order-qr-label = 取货码的二维码
order-show = 到了店里，把这一页给店员看，或者念出 8 位数字。家里人也可以拿打印的这一页代领。
order-reference = 单号
order-placed-at = 下单时间
order-cancel = 不要了，退回 { $points }
order-handed-text = { $at } 由 { $by } 交付。
order-cancelled-text = { $at } 已取消，{ $points }已退回。
order-timed-out-text = 到 { $at } 没有人来领，{ $points }已自动退回。
print-slip = 打印取货单
copy-code = 复制取货码
copied = 已复制
orders-title = 我的兑换单
orders-waiting = 等您来领
orders-past = 以前的
orders-none = 没有等着领取的东西。
orders-show-code = 看取货码

## 我的
me-number = 居民编号 { $number }
me-waiting = { $count } 件待领取
me-pin = 修改密码
me-size = 文字大小
me-lang = 语言 Language

## 核销
staff-on-duty = 当班：{ $name }
till-title = 核销取货码
till-code = 取货码
till-code-hint = 扫码枪扫一下，或输入 8 位数字
till-look = 查这张单
till-recent = 刚才交付的
till-check-title = 核对后交付
till-hand-over = 交付
till-not-now = 先不交付
till-next = 下一位
till-handed = 已交付
till-handed-text = 可以把东西交给居民了。
till-already = 早已交付
till-already-text = 这张单 { $at } 已由 { $by } 交付，请不要再给一次。
till-timed-out = 已过期
till-timed-out-text = { $at } 已过领取期限，积分退回给居民了。居民可以重新兑换。
till-cancelled = 已取消
till-cancelled-text = { $at } 居民取消了这张单，积分已退回。请不要交付。
till-unknown = 没有这个取货码
till-unknown-text = 输入的是 { $code }。请对照手机或纸单再输一次；仍不对，请居民打开“我的兑换单”核对。

## 社区、账本、运营
communities-title = 您在哪个社区？
communities-sub = 点一下您的社区，登录后就能看到积分
communities-none = 这里还没有开通的社区，请联系管理员。
head-title = 账本公示
head-text = 每一笔积分都写进账本，写完一页就盖上一个“指纹”。改动任何一笔，后面的指纹都会对不上。
head-height = 最新一页
head-at = 写成时间
head-hash = 这一页的指纹
head-check-title = 怎么核对
head-check = 把今天的页数和指纹抄下来或拍张照。以后任何时候，都可以请社区用它核对账本有没有被改过。
operator-title = 运营
operator-heading = { $community } · 运营
operator-config-fault = 新配置有误，仍在使用原来的配置
operator-waiting = 有 { $count } 件事在等规则修好，一件也不会丢。
operator-none-waiting = 没有积压，所有事项都已记账。
operator-rules = 规则
operator-version = 第 { $version } 版
operator-active = 执行中
operator-planned = 待生效
operator-past = 已停用
operator-parked = 已暂停
operator-from = 执行日期
operator-digest = 指纹
operator-waiting-label = 等待的事项
operator-fault = 最近的故障

## 出错
error-expected = 应该是
error-remedy = 怎么办
error-front = 回到社区首页
error-call = 打社区电话时，请报这个编号：
error-code = 错误代码 { $code }
