# The static texts of the pages (English). Keys and variables must match zh-CN.ftl; a test checks.

## Everywhere
product = Rongyi
skip = Skip to the content
demo = Demo data
demo-text = names and points are made up
help = Need help? Call the community office:
nav-label = Main sections
nav-home = Home
nav-passbook = Passbook
nav-shop = Shop
nav-me = Me
unit-points = points
unit-points-each = points each
points-n = { $n ->
    [one] { $count } point
   *[other] { $count } points
 }
hours-n = { $count } h
size-switch = Change the text to { $size }
size-standard = Standard
size-large = Large
size-largest = Largest
size-standard-short = A
size-large-short = A+
size-largest-short = A++
lang-name = English
lang-name-short = EN
sign-in = Sign in
sign-out = Sign out
busy = One moment…
print = Print the passbook
printed-on = Printed on { $day }
filter-label = Filter
title-error = Error: 
summary-title = Please change this
back-home = Home
back-passbook = Passbook
back-shop = Back to the shop
back-item = One step back
back-orders = My orders
back-me = Me
back-till = Till

## Sign-in
sign-in-title = Sign in
sign-in-sub = to see your points in { $community }
resident-number = Resident number
resident-number-hint = Printed on your points card, for instance 0003
staff-number = Staff number
staff-number-hint = The number the community gave you
pin = PIN
pin-hint = The 6 digits of your points card
staff-pin-hint = The PIN the community gave you
sign-in-forgot = Forgot the number or PIN? Bring your identity card to the office of { $community }: they set a new PIN in two minutes and hand you a slip. Family may come along, but come yourself.
staff-sign-in-title = Staff sign-in
link-staff = Staff sign-in
link-resident = Residents sign in here
link-head = Public ledger
demo-hint = For the demo: number { $number }, PIN { $pin }

## PIN
pin-title = Change your PIN
pin-first-title = Please choose your own PIN
pin-first-text = Others may have seen the PIN on paper. Choose 6 digits that only you know and sign in with them from now on.
pin-first-text-staff = Others may have seen the one on paper. Choose at least 8 characters that only you know and sign in with them from now on.
pin-printed = PIN printed on paper
pin-current = Present PIN
pin-new = New PIN
pin-new-hint = 6 digits. Not a birthday, and not 123456
pin-new-hint-staff = At least 8 characters. Not a birthday, and not your login
pin-again = New PIN once more
pin-save = Save the new PIN
pin-done = Your PIN is changed
pin-done-text = Please use the new PIN next time.

## Home
home-balance = Points to spend
home-hours = Volunteering
home-earned = In this month
home-notice = Under notice
home-set-aside = Set aside
home-waiting = { $what } is waiting for you
home-waiting-until = Pick up by { $day }
home-expiring = { $points } will expire soon
home-expiring-note = Use them by { $day }
act-shop = Go to the shop
act-passbook = Passbook
act-orders = Pick-up code
home-recent = Latest
home-all = See all

## Passbook
passbook-title = Passbook
passbook-all = All
passbook-in = In
passbook-out = Out
passbook-empty = Nothing here yet. Join an activity or sort your waste once, and the first line appears.
line-happened = of { $day }
entry-number = entry { $entry }
month-continued = continued
pending-title = Not booked yet
pending-sub = Not counted in your balance
pending-notice = Under notice until { $until }; booked on { $booked } unless somebody objects.
pending-objected = Somebody objected. It is being reviewed, and booked after that.
pending-upheld = Reviewed and upheld; booked on { $booked }.
pending-set-aside = To be picked up by { $day }; otherwise it comes back, except what has run out by then.
held-title = Kept for orders
held-sub = Taken out of your balance
held-link = See the order
passbook-older = Older
passbook-newest = Back to the newest
month-sums = In { $earned } · out { $spent }
month-other = { $name }: { $sums }
line-in = In
line-out = Out
line-balance = { $points } left
notice-until = notice until { $day }
why-link = Why?
seal-notice = Notice
seal-set-aside = To pick up
seal-picked-up = Picked up
seal-given-back = Not picked up
seal-reversed = Reversed
seal-refused = Not counted
seal-waiting = Waits for its rule

## Why
why-title = { $what }: why { $change }?
why-not-title = { $what }: why no points?
why-zero-title = { $what }: why nothing?
why-caption = Step by step
why-col-step = Step
why-col-change = Change
why-sum-in = Points
why-sum-out = Sum
why-sum-refused = Sum
why-opens = Counts anew from { $day }
why-order = See this order
why-rule = Rule
why-rule-text = “{ $name }”, version { $version }
why-rule-from = in force from { $day }
why-recorded = Recorded by
why-balance = Balance after it
why-notice = It cannot be spent yet.
why-notice-link = See it in the notice
why-objection-title = Does this look wrong?
why-objection = Call the office or come to the desk and say the day and the reason of this line. We will check it again.
why-appeal = Appeal against it
why-appeal-hint = Write your reasons; photos may be added. Somebody looks at it who had no part in this entry. It costs nothing, and what was wrong is put right.
why-proof = Proof in the ledger
why-proof-text = Entry { $seq } of the ledger, on page { $height }. The fingerprint of that page:
why-proof-rule = The fingerprint of the rule:
why-proof-head = Compare with the public ledger
why-prove = Prove it to me

## Shop
shop-title = Points shop
shop-sub = Choose, check, then pick it up with your code
shop-affordable = Within my points
shop-all = All
shop-empty = Nothing fits just now.
shop-empty-all = See all
shop-short = { $n ->
    [one] { $count } point short
   *[other] { $count } points short
 }
about-yuan = worth about ¥{ $yuan }
stock-plenty = In stock
stock-few = { $n ->
    [one] Only { $count } left
   *[other] Only { $count } left
 }
stock-gone = Out of stock
opens-again = from { $day }
item-have = You have { $points } now
item-others = See what I can have
item-how-many = How many?
item-check-first = You can check everything once more on the next page
use-points = Use { $points }
pick-place = Pick up at
pick-hours = Open
pick-until = Pick up by
pick-until-note = Not picked up in time, the points come back by themselves
pick-until-lapse = Not picked up in time, { $points } of it will have run out and do not come back
limits = Limits
confirm-title = Please check
confirm-again = You have just ordered this: number #{ $no }, not picked up yet.
confirm-again-link = See that order
use-points-again = Once more, for { $points }
confirm-before = Now
confirm-after = Afterwards
confirm-draws = Used first
draw-expires = that expire on { $day }
draw-lasting = that do not expire
price-changed-title = The price has changed
price-changed = It was { $was } and is now { $now }. No points have moved yet; please look again before you decide.
think-again = Think again

## Orders
order-reserved = To pick up
order-handed = Picked up
order-cancelled = Cancelled
order-timed-out = Not picked up
order-placed = Done!
order-placed-next = Pick it up with the code below.
order-cost = { $points } used
order-paid = Paid
order-code = Pick-up code
order-code-elsewhere = Only the person who ordered can see the pick-up code. They can open this slip, or collect it themselves.
order-qr-label = QR code of the pick-up code
order-show = Show this page at the counter or read out the 8 digits. Family may bring the printed page for you.
order-reference = Order number
order-placed-at = Ordered
order-cancel = Cancel and get { $points } back
order-cancel-none = Cancel; no points come back
order-lapsed-now = { $points } of it ran out while they were kept and do not come back.
order-lapse-soon = { $points } of it run out soon: from { $day } on they no longer come back, whether you cancel or do not pick it up.
order-handed-text = Handed over on { $at } by { $by }.
order-cancelled-text = Cancelled on { $at }; { $points } came back.
order-timed-out-text = Nobody came by { $at }; { $points } came back by themselves.
order-cancelled-none = Cancelled on { $at }; no points came back.
order-timed-out-none = Nobody picked it up by { $at }; no points came back.
order-lapsed = { $points } ran out while they were kept and did not come back.
order-part-waiting = You have picked up { $handed }; { $left } is still waiting for you under the same code.
order-part-price-waiting = What you have is priced as if the rest had not been ordered: { $paid }. If you no longer want the rest, { $back } come back.
order-part-price-over = What was picked up is priced as if the rest had not been ordered: { $paid }.
order-part-over = { $handed } had been picked up; { $left } had not.
print-slip = Print the slip
copy-code = Copy the code
copied = Copied
orders-title = My orders
orders-waiting = Waiting for you
orders-past = Earlier
orders-none = Nothing is waiting to be picked up.
orders-show-code = Show the code

## Me
me-number = Resident number { $number }
me-waiting = { $n ->
    [one] { $count } to pick up
   *[other] { $count } to pick up
 }
me-pin = Change your PIN
home-told-link = See where you signed in
own-title = My data
own-text = This is everything kept about you besides the ledger. The ledger holds numbers only, no name and no text.
own-name = Name
own-phone = Telephone
own-places = Communities
own-texts = Texts about you
own-none = Nothing
own-download = Download my data
own-erase-title = Erase my data
own-erase-text = Name, telephone, PIN and the texts about you go, in every community. The ledger stays, by number; others read “erased”.
own-erase-warning = Afterwards you can't sign in again, and nothing can be brought back. If you have points left, spend them first.
own-erase-pin = Present PIN
own-erase-word = To confirm
own-erase-word-hint = Type the word “erase”
own-erase = Erase my data for ever
own-erased = Erased
own-erased-text = Your name, telephone, PIN and texts are gone, and every device is signed out. What is in backups goes when their time is up.
me-size = Text size
me-lang = Language 语言

## Devices
devices-title = Devices that signed in
devices-text = You signed in on these phones and computers. Others who guess wrong PINs do not keep you from signing in here.
devices-last = Last sign-in: { $at }
devices-first = first: { $at }
devices-here = The one you are using now
devices-signed-in = Still signed in
devices-signed-out = Signed out
devices-end = Sign out there
devices-end-others = Sign out everywhere else
devices-strange = A device you do not know? Sign it out, then change your PIN.
devices-records = What staff did to your account
devices-done = Signed out.

## Setting a PIN anew
reset-title = Set a resident’s PIN anew
reset-text = For residents who forgot their PIN or cannot get in. Ask for the identity card first.
reset-who = Resident number, name or telephone
reset-number-hint = The number is on the points card; without it write the whole name, or the telephone on record
reset-several = Several are called “{ $name }”: which one?
reset-look = Next: check who it is
reset-check = Is it this resident?
reset-name = Name
reset-household = Household
reset-phone-tail = ends in { $tail }
reset-identity = Compare with the identity card; set the PIN only if the name is the same.
reset-locked = After too many wrong tries this resident cannot sign in now.
reset-pin = Set a new PIN and show it
reset-unlock = The PIN is known: only unlock
reset-note = Afterwards the old PIN no longer works and every device is signed out, in every community. The record names you, and the resident sees it at the next sign-in.
reset-other = Another resident
reset-unlocked = Unlocked: the old PIN works again.

# Finding anybody
desk-find = Find a resident
find-label = Whom are you looking for?
find-hint = A part of the name, pinyin or initials, resident number, household number, the last four digits of the telephone, or the address; a word more narrows it, such as: zhang 502
find-placeholder = Name, pinyin, number, address
find-button = Find
find-none = Nobody was found. Try it another way: one character of the name, or the house number.
find-count = { $n ->
    [one] { $count } resident.
   *[other] { $count } residents.
}
find-more = { $n ->
   *[other] The { $count } nearest; there are more. Add a word, such as the house number.
}
find-open = Open
find-order = Order for them
find-record = Record

# A resident's page, for the office
resident-back = Look for somebody else
resident-no = No. { $no }
resident-no-phone = no telephone
resident-shared = Points belong to the household of { $who }
resident-acts = For this resident
resident-record = Record something
resident-order = Order for them
resident-adjust = Correct
resident-pin = New PIN
resident-print = Print
resident-reverse = Reverse this line
resident-lapses = { $points } lapse on { $day }
resident-alone = Nobody else lives in this household.
resident-open = Under way
resident-nothing-open = Nothing waits.
resident-at-desk = See it at the desk
resident-about = About them
resident-change = Change
resident-traits = Traits
resident-traits-how = Changed at the terminal of the machine: rongyi resident traits
resident-no-devices = Never signed in on a phone or computer.
resident-export = Download everything
resident-erase = Erase everything
resident-erase-how = The person erases it under “Me”. For the office it takes two: one asks at the terminal of the machine, another agrees. The ledger stays; nobody sees the name any more.
resident-looked = Who looked at this resident's data
entry-order = order { $no }
order-for-title = Order for { $name }
order-for-back = Back to { $name }
order-for-not = Nothing was ordered
order-for-check = Check once more with { $name }
order-for-what = What
order-for-price = It costs
order-for-after = { $points } left afterwards
order-for-again = The same was ordered a moment ago (order { $no }). Press again if one more is meant.
order-for-confirm = Confirm, use { $points }
order-for-other = Something else
order-for-choose = See the price
order-slip-title = Pick-up slip
order-slip-once = The pick-up code is shown here this once. Print it, or read it out to be written down.
order-slip-gone = This order is no longer waiting.
order-slip-for = For
order-slip-done = Done
record-whom = For: { $who }
record-check-name = Check the name; if it is right, press the button once more.
why-reverse = Reverse this line
why-back-resident = Back to the resident
amend-for = For: { $who }
listing-now = Now: { $how }
slip-title = New PIN
slip-once = Shown this once. Print it or write it down for its owner; it is gone when you leave this page.
slip-secret = PIN
slip-site = Address
slip-how = Sign in with the number and PIN above; at the first sign-in you choose a PIN that only you know. Then tear up this slip.
slip-how-staff = Sign in with the login and password above; at the first sign-in you choose one that only you know. Then tear up this slip.
slip-print = Print
slip-back = Done
staff-title = Staff
staff-text = Choose somebody to set a password anew, change the role, disable or enable.
staff-inactive = disabled
staff-active = active
staff-own = yourself
staff-own-text = Nobody sets their own password anew, disables themselves or changes their own role: ask another operator. Your password you change here:
staff-records = The newest records
staff-done = Changed.
staff-role = Role
staff-state = State
staff-password = New password
staff-password-text = The old one stops working at once and what is signed in ends. The new one is shown once and changed at first use.
staff-password-do = Set a new password and show it
staff-role-change = Another role
staff-disable = Disable
staff-disable-text = Signed out at once and not let in again; what was done keeps the name.
staff-disable-do = Disable this account
staff-enable = Enable again
staff-enable-do = Enable this account
staff-person = Also a resident
staff-person-text = With the resident number on record nobody sets their own PIN anew, and where two people must agree, two accounts of one person are one.
staff-person-hint = On the points card; empty for none
staff-person-do = Keep it
role-operator = Operator
role-reviewer = Reviewer
role-shopkeeper = Shopkeeper
role-leader = Activity leader

## Till
desk-operator = Today
desk-till = Till
desk-record = Record
desk-amend = Corrections
desk-reset = Reset PINs
desk-staff = Staff
desk-devices = Devices
desk-notice = Notice
desk-pin = Password
staff-on-duty = On duty: { $name }
till-title = Hand over an order
till-code = Pick-up code
till-code-hint = Scan it, or type the 8 digits
till-look = Look it up
till-check-title = Check, then hand over
till-handed-before = ({ $count } handed over before)
till-pieces = How many now?
till-pieces-hint = To hand over everything, leave the numbers as they are. A part is priced as if the rest had not been ordered, never above the whole order. The rest is kept until { $day } under the same code.
till-pieces-of = { $title } ({ $left } left)
till-hand-over = Hand over
till-not-now = Not now
till-next = Next, please
till-handed = Handed over
till-handed-text = You can give the goods to the resident now.
till-part = Handed over in part
till-part-text = You can give these to the resident now. Still kept: { $left }, until { $day }, under the same code.
till-part-price = Paid so far: { $paid }; still set aside: { $kept }.
till-already = Already handed over
till-already-text = { $by } handed this order over on { $at }. Please do not give it out twice.
till-timed-out = Too late
till-timed-out-text = The time to pick up ended on { $at }. Please do not hand it over. Points that have not run out went back, and the resident may order again.
till-cancelled = Cancelled
till-cancelled-text = The resident cancelled this order on { $at }. Please do not hand it over.
till-unknown = No such code
till-unknown-text = You entered { $code }. Compare it with the phone or the slip and try once more; if it still fails, ask the resident to open “My orders”.

## Communities, ledger, operator
communities-title = Which is your community?
communities-sub = Choose it, sign in and see your points
communities-none = No community has been opened here yet. Please ask the administrator.
head-title = Public ledger
head-text = Every point is written into a ledger, and each finished page gets a fingerprint. Changing any entry breaks every later fingerprint.
head-height = Newest page
head-at = Written
head-hash = Fingerprint of this page
head-check-title = How to check
head-check = Copy the line below (the fingerprint over everything), or take a photo. At any later time the community can prove with it that nothing was changed or cut off.
heads-title = Public ledger
heads-back = Choose a community
heads-text = Every hour, each ledger from its first entry to its newest is folded into one fingerprint and shown here. Changing any old entry changes it.
heads-at = Written up to { $at }
heads-none = Nothing was published yet. It will be within an hour of the first entry.
heads-files = Everything published
heads-files-text = One file a month, for everybody to download and keep. The more people outside the community keep it, the less anybody can change the ledger unnoticed.
heads-how-title = How to compare
heads-how = Give the line you copied, or a file you downloaded, to an administrator or auditor and have them run this. It names the page that differs, and whether the end was cut off.
heads-link = See what was published
proof-title = Proof of this entry
proof-back = Back to the entry
proof-text = Download this proof and keep it. At any later time it shows that the entry is in the ledger and was not changed.
proof-entry = This entry
proof-entry-text = Entry { $seq } of the ledger, on page { $height }
proof-leads = Leads to
proof-leads-text = The fingerprint up to page { $height }
proof-steps = Steps between
proof-unpublished = The fingerprint over this entry is not public yet; it will be within an hour. Download again then, and the proof is complete.
proof-download = Download the proof
proof-private = The proof holds what the entry says. Keep it to yourself.
proof-how-title = How to check it
proof-how-here = On this site, without signing in:
proof-how-alone = Rather not take our word for it? Check it on any computer with this small program; it is short enough to read:
proof-how-kept = For the fingerprint at the end, use one that you copied yourself, or one from a list that somebody else kept:
proof-check-link = Check a proof
proof-check-title = Check a proof
proof-check-text = Open the proof file, copy all of it and paste it below. Every step is computed again and compared with what was published.
proof-paste = The proof
proof-paste-hint = From the first brace to the last
proof-check = Check
proof-holds = The proof holds
proof-holds-text = Every step is right, and it leads to a fingerprint that was published.
proof-holds-alone = Every step is right
proof-holds-alone-text = But the fingerprint it leads to is none of those published here. Compare it with the one you copied, or download the proof again in an hour.
proof-broken = The proof does not hold
proof-broken-text = Download it once more and try again. If it still does not hold, keep both files and tell the community and an auditor.
proof-says = What it proves
operator-title = Today
operator-config-fault = The new configuration has faults; this community keeps the one it had
operator-newcomer-fault = The file of a new community has faults; it is not served yet
operator-newcomer-fault-note = This community is not touched. Once it is mended it goes into force by itself, without a restart.
operator-waiting = { $n ->
    [one] { $count } event is waiting for a rule to be mended. It is not lost.
   *[other] { $count } events are waiting for a rule to be mended. None is lost.
 }
operator-none-waiting = Nothing is waiting; every event is in the books.
operator-wrong-codes = { $n ->
    [one] { $count } wrong pick-up code at the till today
   *[other] { $count } wrong pick-up codes at the till today
 }
operator-wrong-codes-note = A slip of the finger is nothing. Where there are many, ask who is trying; the more tries, the longer the pauses.
operator-rules = Rules
operator-periods = Closing the books
operator-version = Version { $version }
operator-active = Active
operator-planned = Planned
operator-past = Past
operator-parked = Parked
operator-digest = Fingerprint
operator-waiting-label = Waiting events
operator-fault = Last fault
operator-fault-detail = Technical words, for the author
operator-config-fault-note = Once every place below is mended it goes into force by itself, without a restart; until then all stays as it was.
operator-restart = The change is in force, except for what needs a restart: { $keys }.
operator-parked-since = Parked since
operator-next-try = tried again from { $at }, { $tries } tries so far
operator-calls = Calls
operator-refusals = { $count } of them refused by the rule
operator-faults = Faults
operator-more = Use, author and limits
operator-spread = What one call takes
operator-half = Half at most
operator-most = Most
operator-fuel = Fuel
operator-micros = Time (µs)
operator-author = Author
operator-interface = Interface
operator-limits = Limits
operator-limits-text = fuel { $fuel }, memory { $memory } KiB
operator-do-fine = All is well; there is nothing to do.
operator-do-parked = This rule failed time after time and is left alone for now. Nothing that waits is lost, and it is tried again by itself. Send the fault below to the author as it is; as soon as the configuration names a mended version, what waits is decided in order.
operator-do-limit = This rule sometimes takes more than it may. Send the fault to its author as it is, so that it does with less; if it must be, raise the limit below [limits] in rongyi.toml.
operator-do-broken = This rule sometimes fails by itself. The events it failed on wait and are not lost. Send the fault to its author as it is; with a mended version they are decided by themselves.
operator-do-host = This machine could not ask the rule just now. That is not the rule's doing, and it is tried again. If it stays so, read the log and run `rongyi check`.

## Faults of rules
fault-limit-fuel = The rule computed for too long and used up the fuel of one call.
fault-limit-memory = The rule asked for more memory than it may have.
fault-limit-stack = The rule called itself again and again, deeper than is allowed.
fault-limit-time = The rule did not answer in time; this machine may be too busy.
fault-host-busy = Too many rules were being asked at once, and this call found no place.
fault-output-size = The rule handed over too much at once.
fault-output-utf8 = The rule answered with text that is not UTF-8.
fault-output-invalid = The rule's answer does not follow the interface and cannot be used.
fault-output-rule = The rule's answer contradicts itself or gives what it must not, and was not used.
fault-plugin-panic = The rule stopped with an error of its own; its author's words stand below.
fault-trap-unreachable = The rule came to a place that its author thought it never would.
fault-trap-memory = The rule reached outside its own memory and was stopped.
fault-trap-division = The rule divided by zero.
fault-trap-overflow = The rule computed a number that is too large.
fault-trap-call = The rule called a function that is not there.
fault-trap-other = The rule failed while it ran and was stopped.
fault-rule-not-loaded = This machine has not loaded the rule and so cannot ask it.
fault-rule-parked = The rule failed time after time and is parked; its events wait.
fault-unknown = The rule has a fault that this version does not know yet.
fault-do-author = Send the words below to the rule's author and put the mended version in. What waits is not lost and is decided by itself.
fault-do-limit = Ask the author to do with less; if it must be, raise the limit below [limits] in rongyi.toml.
fault-do-host = That is not the rule's doing, and it is tried again. If it stays so, see whether this machine is too busy.
fault-do-load = Run `rongyi check` and put the rule's file where it says; what waits is then decided by itself.
fault-do-parked = Have the fault above mended; with a new version it answers again at once.

## Closing a period
period-title = Closing the books
period-text = When a period is over: cut it off and look at the ranks and at every change; another operator signs; then every holder is closed and the period is sealed.
period-next = Next period: { $period }
period-next-text = After the cut-off, its days and those before take no more events. Until it is signed, it can be withdrawn.
period-do-cut-off = Cut off { $period } and look
period-none-due = No period is due.
period-all = Periods
period-look = Look at { $period }
period-heading = Closing { $period }
period-cut-off = To be signed
period-signed = Being closed
period-sealed = Sealed
period-withdrawn = Withdrawn
period-days = From, to
period-about = What it is
period-cut-by = Cut off by
period-signed-by = Signed by
period-alone = (the only operator)
period-closed = Closed
period-of = { $closed } of { $holders }
period-sign = Sign
period-sign-text = Look at every change below before you sign. A signature cannot be taken back; it is given by another operator than who made the cut-off.
period-do-sign = All is right: sign
period-do-withdraw = Withdraw the cut-off, enter what is missing
period-close = Close
period-close-text = Each holder is closed once; after an interruption, press again and it goes on. The host also goes on by itself, and then seals.
period-do-close = Close now
period-holders = What changes
period-no-holders = No rule closes this period: it is only sealed, and no points move.
period-had = { $points } at the cut-off
period-line-closed = closed
period-more = More

## Errors
error-expected = Expected
error-remedy = What to do
error-front = To the community's front page
error-call = When you call the office, please give this number:
error-code = Error code { $code }

## Notice
notice-title = Points under notice
notice-sub = During the notice everybody can see these points, and nobody can spend them yet. If something is wrong, object by the last day; another member of staff will review it.
notice-rules = During the notice every resident and every member of staff of this community may object; once is enough for each award. The review is done by another member of staff than who booked it and who objects.
notice-why = How this was worked out
notice-empty = Nothing is under notice now.
notice-worth = Worth
notice-last-day = Notice until
notice-number = Entry
notice-left = { $days } days left
notice-left-today = today is the last day
notice-left-over = the notice is over
notice-list = The list to print
notice-back = Back to the notice
notice-print = Print (A4)
notice-call = Or ring { $phone }.
notice-object = I object
notice-reason-hint = Say what is wrong, such as “he was not in the village that day”.
notice-object-send = Send the objection
notice-sign-in = Sign in to object.
notice-done = Your objection is booked as entry { $entry }. Another member of staff will review it.
notice-objected = Objected, in review
notice-upheld = Reviewed
home-notice-link = See the notice

## Record
roster-title = After an activity: many at once
roster-sub = Everybody on the list gets the same event. First see what each would get, then book it.
roster-kind = What was done
roster-quantity = How much, for each
roster-people = Who came
roster-people-hint = One on a line: a number, or a name. At most 100.
roster-look = See first
roster-back = Change the list
roster-plan-sub = Nothing is booked yet. Untick whoever did not come.
roster-came = { $who } came
roster-how = If somebody can't be booked
roster-whole = All together: if one can't be booked, none is
roster-each = One by one: those who can be are
roster-book = Book it
roster-done = Booked for { $count }.
roster-again = Another list
roster-nobody = Nobody is ticked; nothing was booked.
roster-link = After an activity: many at once
record-title = Record
record-sub = What did a resident do? Choose, fill it in, and you are told at once what it is worth.
record-none = Nothing can be recorded now. Please ask the operator.
record-back = Another kind
record-quantity = How much ({ $unit })
record-integer = { $min } to { $max }
record-decimal = { $n ->
    [one] at most { $count } decimal place
   *[other] at most { $count } decimal places
 }
record-optional = optional
record-choose = Please choose
record-on = On which day
record-more = Time, who brought them, note, what it replaces (optional)
record-time = When it began
record-referrer = Resident number of who brought them
record-roles = Who else took part
record-roles-hint = Only where the rule names further roles, such as partner or giver; the rule says what they are called.
record-role = Role { $no }
record-role-who = Resident number of role { $no }
record-note = Note
record-note-hint = The resident can read it. Nothing private about others.
record-replaces = In place of which reversed entry
record-replaces-hint = Only where an entry with a reference (of a paper sheet, say) was reversed and this comes under the same reference.
record-send = Book it
record-booked = Booked
record-short = Noted; there was not enough to take
record-notice = Booked, under notice
record-refused = No points
record-waiting = Noted
record-waiting-text = The rule gave no answer yet. Nothing is lost: it is decided by itself as soon as the rule is mended, so do not record it again.
record-number = Entry { $entry } of the book
record-reverse = A mistake? Reverse this entry
record-again = Another one of this kind
record-other = Something else

## Corrections
amend-title = Reversals and corrections
amend-sub = { $count } waiting for you. Nothing in the book is ever changed; a correction is another entry.
amend-done = Booked as entry { $entry }.
amend-proposals = Waiting for a second person
amend-no-proposals = No proposal is waiting.
amend-by = Proposed by
amend-reason = Reason
amend-own = You proposed this; another member of staff has to approve it.
amend-approve = Approve
amend-decline = Decline
amend-objections = Objections to review
amend-no-objections = No objection is waiting.
amend-objector = Objected by
amend-finding = What the review found
amend-uphold = Uphold the points
amend-withdraw = Withdraw the points
amend-marks = To be looked at
amend-no-marks = Nothing is to be looked at.
amend-mark-own = You recorded this; another member of staff has to look at it.
amend-mark-good = Looked at, it is right
amend-mark-bad = Something is wrong: reverse it
amend-reverse = Reverse an entry
amend-reverse-sub = For what was booked wrongly or twice, and for goods that come back: the entry stays, and its opposite is booked.
amend-entry-hint = Every line of a passbook prints its entry; so do the pages after recording and handing over.
amend-find = Find it
amend-reverse-ask = The entry stays, stamped “Reversed”, and its opposite is booked. The resident can read the reason.
amend-reverse-now = Reverse this entry
amend-reverse-propose = Not enough points left: let a second person approve
amend-adjust = Correction by two people
amend-adjust-sub = Adds to or takes from a resident's points or hours. You propose; it is booked when another member of staff approves, and both names stay in the book.
amend-resident = Resident number
amend-asset = What to correct
amend-minutes = Volunteer time (minutes)
amend-amount = How much to add
amend-amount-hint = To take, write a number below zero, such as -20.
amend-propose = Propose the correction
privacy-title = My privacy
privacy-saved = Changed
privacy-lists = How I stand in public lists
privacy-lists-text = Lists that everybody can see, such as the notice list, show only part of a name unless you say otherwise. You may choose:
privacy-masked = Only “{ $name }”
privacy-named = The whole name, “{ $name }”
privacy-hidden = No name
privacy-minor = Children stand in no public list.
privacy-reads = Who has read my data
privacy-reads-text = Each time staff, a device or the terminal reads your balance, passbook and the like, it is noted here and kept for { $months } months.
privacy-reads-none = Nobody has.
listing-title = Public lists
listing-text = For residents without a telephone: how they stand in public lists such as the notice list. Only when they say so.
listing-resident = Resident's number
listing-how = How to stand in public lists
listing-masked = Only part of the name
listing-named = The whole name (with their consent)
listing-saved = Changed
listing-minor = A child?
listing-minor-text = Children stand in no public list. Only “yes” is kept, no date of birth; change it to “no” when they turn 18.
listing-minor-yes = This is a child
listing-minor-no = No child

desk-stock = Stock
stock-title = Stock
stock-which = Which goods
stock-all = All { $count }
stock-low-all = Low { $count }
stock-none-low = Nothing is low; there is enough of everything.
stock-none = There are no goods yet. Register the first below, then receive some.
stock-off = Off the shelf
stock-low = Low
stock-on-shelf = On the shelf
stock-reserved = Ordered
stock-handed-month = Out this month
stock-price = Price now
stock-no-price = no price
stock-price-since = since { $day }
stock-next-price = from { $day }: { $price }
stock-limits = How it is had
stock-limits-note = As somebody reads it who has had none yet; everybody pays by what is known of them.
stock-new = Register a new item
stock-title-zh = Name (Chinese)
stock-title-en = Name in English
stock-code = Code
stock-code-hint = Small letters, digits and hyphens, such as rice-5kg; it stays, and rules price by it
stock-category = Shelf
stock-value = Value in yuan
stock-value-hint = What one piece costs in a shop, 39.8 say; rules may price by it
stock-add = Register this item
stock-deeds = What is to be done
stock-receive = Goods in
stock-pieces-in = Pieces that came
stock-donor = From whom, or number of the paper
stock-donor-hint = Such as a gift of a shop, or delivery note 1120
stock-on = Day they came
stock-note = Note
stock-note-hint = Such as: delivery of November
stock-do-receive = Book them in
stock-lose = Broken, out of date, lost
stock-pieces-out = Pieces missing
stock-lose-hint = Such as: three bags out of date. Whoever reads the book later should understand
stock-do-lose = Take them off the book
stock-count = Count
stock-pieces-found = Pieces found
stock-count-hint = Count all that lies there, what is kept for orders too. The difference is shown before it is booked
stock-count-reason-hint = Such as: count at the end of the month
stock-do-count = Show the difference
stock-count-check = Check the count
stock-by-book = By the book
stock-found = Found
stock-off-by = Difference
stock-colon = :{" "}
stock-count-right = Book and count agree; there is nothing to book.
stock-count-book = The count is right: book { $count }
stock-count-again = Count again first
stock-do-off = Take it off the shelf
stock-do-on = Put it on the shelf again
stock-off-hint = Off the shelf, residents do not see it; orders that were placed are handed over as ever.
stock-book = Book of goods
stock-csv = Save as a sheet (CSV)
stock-book-empty = Nothing has moved yet. The first delivery makes the first line.
stock-received = Came in
stock-missed = Missed
stock-kept = Kept
stock-handed-over = Handed over
stock-given-back = Back on the shelf
stock-taken-back = Taken back
stock-order = for order #{ $no }
stock-kept-change = ordered { $count }
stock-after = { $shelf } on the shelf · { $reserved } ordered
stock-undo = Wrong? Take it back
stock-done = Booked as entry { $entry }.

till-waiting = Waiting to be collected
till-ending = { $n ->
    [one] Today is the last day for { $count } order. A call may help.
   *[other] Today is the last day for { $count } orders. A call may help.
}
till-none-waiting = No order is waiting to be collected.
till-last-today = last day today
till-last-tomorrow = last day tomorrow
till-today = Handed over today
till-out = Out
till-back = Came back
till-sum-orders = { $n ->
    [one] { $count } order
   *[other] { $count } orders
}
till-sum-pieces = { $n ->
    [one] { $count } piece
   *[other] { $count } pieces
}
till-returned = Returned
till-return = Take back
till-return-reason = Returned by the resident, goods are back
till-do-return = { $n ->
    [one] Take it back, { $count } point goes to the resident
   *[other] Take it back, { $count } points go to the resident
}
till-return-ask = For a return ask a reviewer or an operator ({ $names }) and name the entry.
till-return-office = For a return ask a reviewer or an operator and name the entry.
till-names = ,{" "}
till-all = See all of it, to print
till-print = Print today's list
till-print-now = Print
till-sheet-title = Pick-ups and hand-overs today
till-scan = Scan
till-scan-stop = Stop scanning
till-scan-picture = What the camera sees
till-scan-denied = The camera is not open; please type the 8 digits.

today-title = Today
today-all-well = Everything is in order.
today-all-well-note = {" "}Nothing waits for anybody, and nothing ends today or tomorrow.
today-waits = Waiting for you
today-objections = Objections
today-objections-note = Read the reason; uphold the award or take it back
today-marks = Events with a mark
today-marks-note = The rule asks somebody to look; looking is enough
today-proposals = Corrections to approve
today-proposals-note = Another member of staff has to agree
today-events = Events that wait for a rule
today-events-note = They are decided once the rule is mended; nothing is lost
today-notices = Notices end today or tomorrow
today-notices-note = Without an objection they are booked by themselves
today-due = Falling due
today-orders-today = Orders on their last day
today-orders-today-note = Not collected, their points go back; a call may help
today-orders-tomorrow = Orders whose last day is tomorrow
today-orders-tomorrow-note = Not collected until then, their points go back
today-low = Goods that are low
today-low-note = Time for a delivery, or take them off the shelf
today-lapsing = points run out within seven days
today-lapsing-note = { $n ->
    [one] Of { $count } holder, who may be reminded
   *[other] Of { $count } holders, who may be reminded
}
today-periods = Periods to be closed
today-periods-note = Cut off, look, then sign
today-issue = Points of this month
today-points = points
today-budget = of a budget of { $budget }
today-bar = { $used }% used, { $month }% of the month gone
today-used-up = The budget of this month is used up; events get no points.
today-ends = At this pace it ends on { $day }.
today-lasts = It lasts: at this pace the month comes to about { $points }.
today-left = { $points } left.
today-no-budget = No monthly budget is set.
today-orders = Orders waiting to be collected
today-newest = Newest change: { $what }, from { $day }
today-rules-well = all well
today-rules-ill = need care
today-config = Configuration
today-config-well = in order
today-config-ill = faulty, not taken over
lapsing-title = Points that run out within seven days
lapsing-none = No points run out within seven days.
lapsing-sum = { $points } in all, of { $holders }. A reminder saves them.
lapsing-holders = { $n ->
    [one] { $count } holder
   *[other] { $count } holders
}
lapsing-last = last day { $day }
rules-each = Each rule
rules-from = From { $day }
rules-then = .{" "}
rules-yesterday = { $n ->
    [one] Yesterday { $count } time
   *[other] Yesterday { $count } times
}
rules-none-yesterday = Nothing yesterday
rules-answered = all answered
rules-unanswered = { $count } not answered yet
rules-quick = always below 1 ms
rules-slowest = the slowest so far took { $count } ms
rules-comma = ,{" "}
rules-told = { $told }.
rules-config-well = What is in force is what the files say.
rules-config-since = So since { $at }.
operator-name = Name in the files
# People: enrolling, finding, households, sheets
people-title = Residents and households
people-residents = Residents
people-households = Households
people-who = Find a resident or a household
people-who-hint = A number, a whole name, a telephone on record, or “household 12”
people-find = Find
people-found = { $n ->
    [one] { $count } person
   *[other] { $count } people
}
people-enrol = Enrol
people-more = More about people
people-name = Name
people-name-hint = As on the identity card
people-phone = Telephone
people-phone-hint = Their own or the family's; leave it empty if there is none
people-phone-keep = Left empty, it stays as it is
people-number-hint = The next free number; no need to change it
people-child = A child
people-child-hint = The name stands in no public list
people-child-short = child
people-household-no = Household number
people-household-hint = For a household that is there, write its number
people-household-name = Name of the household
people-household-name-hint = Such as that of its head; not needed for one that is there
people-address = Address
people-address-keep = Left empty, it stays as it is
enrol-title = Enrol a resident
enrol-person = The person
enrol-household = The household
enrol-household-text = A new household takes number { $free } and a name; for one that is there, only change the number.
enrol-check = Next: check
enrol-right = Is this right?
enrol-alike = Perhaps enrolled already
enrol-alike-text = The name is the same and so is the end of the telephone (or one of the two has none). Ask the person first.
enrol-alike-this = If it is one of these, follow the name: there is nothing to enrol. A lost PIN is set anew there.
enrol-will = To be enrolled
enrol-will-other = To be enrolled, if it is somebody else
enrol-there = Living there
enrol-new-household = a new household
enrol-do = Enrol and show the first PIN
enrol-do-other = Somebody else: enrol all the same
enrol-edit = Back to change it
enrol-known = This resident was enrolled before; nothing was changed. A first PIN is shown only once; if it is lost, set a new one.
person-correct = Correct name or telephone
person-correct-do = Correct it like this
person-corrected = Corrected.
move-title = Move to another household
move-text = The book cannot move a resident to another household yet. What a move would meet:
move-points = Points
move-points-household = Points are the household's and stay with the old one
move-points-person = Points are the person's and stay with this number
move-hours = Volunteer hours
move-hours-person = Hours are the person's and stay with this number
move-orders = Orders not picked up
move-orders-text = Still picked up by who ordered; what falls due goes back where it came from
move-today = For now: use “Enrol a resident” to give the person a new number in the new household, with the same name and telephone, and choose “Somebody else” when asked. Use up points and pick up orders of the old number, then leave it. To put points on the new number, propose a correction that a colleague approves. The two numbers count towards limits apart.
household-no = Household { $no }
household-members = Who lives here
household-nobody = No resident is enrolled yet.
household-add = Enrol a resident here
household-change = Change name or address
household-change-do = Save the change
household-points = Points of the household
sheet-title = Enrol many from a sheet
sheet-text = { $n ->
    [one] At most { $count } row at a time. First see what every row comes to; nothing is enrolled until you say so.
   *[other] At most { $count } rows at a time. First see what every row comes to; nothing is enrolled until you say so.
}
sheet-sample = A sheet looks like this: column names first, then a row for each person
sheet-columns = The columns are: name (needed), phone, resident, household, household_name, address, child. Numbers left empty are given; write the number of a household that is there, the name of a new one.
sheet-paste = Paste the sheet here
sheet-paste-hint = Select it in the spreadsheet with its column names, copy, and paste here
sheet-file = Or choose a file
sheet-file-hint = XLSX, XLS, ODS or CSV; with a file, what is pasted above is not read
sheet-look = See what every row comes to
sheet-look-again = Corrected: look again
sheet-empty = Nothing is pasted and no file is chosen.
sheet-plan-title = Look first: nothing is enrolled yet
sheet-changed = This is not what you saw before: the content was changed, or somebody enrolled others meanwhile. Look again and then confirm.
sheet-new = New
sheet-known = Enrolled before
sheet-not-taken = Not usable
sheet-alike = Perhaps known
sheet-conflict = Contradicts
sheet-bad = Mistake
sheet-mend = { $n ->
    [one] { $count } row cannot be used; it says why. Enrol the others first, or correct it below and look again; nothing you pasted is lost.
   *[other] { $count } rows cannot be used; each says why. Enrol the others first, or correct them below and look again; nothing you pasted is lost.
}
sheet-alike-text = { $n ->
    [one] { $count } row may be somebody who is enrolled. Unless you tick it, it is left out.
   *[other] { $count } rows may be people who are enrolled. Those you do not tick are left out.
}
sheet-line = Line { $line }
sheet-proposed = (given)
sheet-may-be = Perhaps this is:
sheet-other = No, somebody else: enrol all the same
sheet-busy = Enrolling…
sheet-book = { $n ->
    [one] Enrol { $count } person
   *[other] Enrol { $count } people
}
sheet-nothing = There is nobody new to enrol.
sheet-edit = Change the sheet
sheet-done-title = Enrolled
sheet-done = { $n ->
    [one] { $count } person is new.
   *[other] { $count } people are new.
}
sheet-done-known = { $n ->
    [one] { $count } was enrolled before and is unchanged.
   *[other] { $count } were enrolled before and are unchanged.
}
sheet-done-bad = These were not enrolled
sheet-left-out = Perhaps enrolled before, and therefore left out: lines { $lines }
sheet-slips-once = The first PINs are shown this once. Print them now, cut them and hand them out; they cannot be seen again once you leave this page.
sheet-print = Print the slips (A4)
sheet-slip-how = You choose your own PIN at the first sign-in; then tear this up.
sheet-rest = What is not enrolled: correct it here and try again
staff-add = Take on somebody
staff-new-title = New staff
staff-new-login-hint = To sign in with: small letters and digits, such as lixiao
staff-new-resident = Their resident number
staff-new-reviewer = Reviews, corrects, sets residents' PINs anew
staff-new-shopkeeper = Hands goods over and looks after the stock
staff-new-leader = Records activities and what residents did
staff-new-operator = Looks after rules, people and the books
staff-new-do = Take on and show the first password
staff-new-role = Choose a role.
token-title = Devices' pass codes
token-text = A device such as a scale or a till has no account; it carries a pass code.
token-all = Given out
token-none = None was given out yet.
token-new = Give a new one
token-name = What the device is called
token-name-hint = Such as: scale at the east gate
token-scope = It may
token-events = send what residents did
token-till = hand orders over
token-read = read public figures
token-people = read residents' balances and passbooks (each read is on record)
token-do = Give one and show it once
token-once = Shown this once. Put it into the device now; it cannot be seen again once you leave this page.
token-how = The device sends this line with every request: Authorization: Bearer, a blank, and the code above
token-copy = Copy
token-copied = Copied
token-since = works since { $day }
token-ended = ended on { $day }
token-ended-now = The pass code of “{ $name }” no longer works.
token-no = no. { $no }
token-end = End it
token-end-one = End the pass code of “{ $name }”
token-scope-missing = Choose what it may do.
token-name-missing = Write what the device is called, at most 60 characters.
desk-people = Residents
desk-tokens = Pass codes
desks-people = People
act-cases = Claims and requests
desk-work = Cases
cases-title = Claims and requests
cases-ask = What is it about?
cases-none-kinds = Nothing can be asked for here yet. Please ring the number below, or come to the office.
cases-mine = What I asked
cases-none = You have not asked for anything yet.
cases-older = Older ones
case-no = No. { $no }
case-late = Overdue
case-back = Back
case-back-list = Back to the list
case-why = Why this day?
case-send = Send
case-done = Noted; it stands below.
case-left-over = What you had written (to be copied)
case-facts = What was asked
case-preview = Accepted now, it would give
case-acts = What can be done now
case-unit = Which unit takes it
case-other = The number of the other one
case-solved = Is it solved?
case-solved-yes = Yes
case-solved-partly = In part
case-solved-no = No
case-satisfied = Are you satisfied?
case-satisfied-most = { $number } satisfied
case-satisfied-some = { $number } so-so
case-satisfied-least = { $number } not satisfied
case-steps = What happened
case-look = See the entry
work-scope = What to show
work-kind = Which kind
work-ask = Ask for somebody
work-none = Nothing to do here now.
work-keys = Keys: j next, k previous, Enter opens.
work-next = Next ones
case-done-next = Noted; this is the next one. Just done:
case-keys = Keys: a passes, r returns, then a digit chooses a sentence; j next, k previous.
case-phrases = Choose a sentence, or write one
case-photos = Photos
case-photos-hint = At most { $max }, each up to 5 MB. Where and when they were taken is removed.
case-photo-kept = Photo { $no } has come already; untick it to leave it out
case-photo-same = The very same photo is in
case-photo-count = Photos: { $count }
work-turn = The ones before and after
work-before = Previous
work-after = Next
work-step = Which step
work-tick = Choose No. { $no }
work-bulk = Pass what is chosen
work-bulk-hint = Only what counts little and is plain to see may be passed together. Each is still booked by itself.
work-none-ticked = Nothing is chosen yet. Tick some on the left first, then pass them.
work-look = See it
