//! Who holds a connection, what it is doing, and who has to leave when there are too many.
//!
//! A seat is one accepted connection. Seats are counted in all and for each address; when one of the two is used
//! up, whoever has nothing in hand for the longest time leaves first. A few seats are kept back for the health
//! check. Nothing here reads or writes a socket.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use rongyi_config::serving::Limits;

/// Seats beyond the limits, for the health check and for the answer that the host is full.
pub(super) const SPARE_SEATS: usize = 32;
/// Connections told to leave whose sockets may still be open.
const LEAVING_MAX: usize = 64;
/// Longest-waiting connections that are looked up at once.
const LOOKED_UP: usize = 64;
/// A body or an answer that has taken this part of its time has to leave when nobody is waiting and every seat is
/// taken.
const UNHURRIED: u32 = 4;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing has come yet, or nothing since the last answer.
    Waiting,
    /// Part of a head has come.
    Heading,
    /// The head has come, its body not yet.
    Receiving,
    /// The request is whole and is being answered.
    Working,
    /// The answer is on its way.
    Sending,
}

impl Doing {
    const ALL: [Doing; 5] = [
        Doing::Waiting,
        Doing::Heading,
        Doing::Receiving,
        Doing::Working,
        Doing::Sending,
    ];

    fn of(packed: u64) -> Doing {
        let at = usize::try_from(packed & 7).unwrap_or(0);
        Doing::ALL.get(at).copied().unwrap_or(Doing::Waiting)
    }
}

/// How a connection is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// It may stay.
    Stay,
    /// It has to go after what it has in hand.
    Then,
    /// It has to go at once.
    Now,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Seat {
    no: u64,
    address: IpAddr,
    /// Beyond the limits: only the health check is answered here.
    pub(super) spare: bool,
    began: Instant,
    /// What it is doing in the lowest three bits, since which millisecond after `began` above them.
    state: AtomicU64,
    /// Whether the other side has stopped reading.
    stalled: AtomicBool,
    /// Whether its body took too long.
    slow: AtomicBool,
    /// Whether it has had an answer.
    known: AtomicBool,
    /// When the other side last took some of an answer, in milliseconds after `began`.
    taken_ms: AtomicU64,
    leave: AtomicU8,
    pub(super) told: Notify,
}

impl Seat {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX >> 3)
    }

    /// What it does from now on.
    pub(super) fn now_is(&self, doing: Doing) {
        let at = Doing::ALL.iter().position(|one| *one == doing).unwrap_or(0);
        let packed = (self.now_ms() << 3) | u64::try_from(at).unwrap_or(0);
        self.state.store(packed, Ordering::Relaxed);
        if doing == Doing::Sending {
            self.known.store(true, Ordering::Relaxed);
        }
    }

    /// What it does, and since when.
    pub(super) fn doing(&self) -> (Doing, Instant) {
        let packed = self.state.load(Ordering::Relaxed);
        let since = self
            .began
            .checked_add(Duration::from_millis(packed >> 3))
            .unwrap_or(self.began);
        let doing = Doing::of(packed);
        if doing == Doing::Waiting && self.stalled.load(Ordering::Relaxed) {
            // The last answer lies in the buffer still.
            return (Doing::Sending, since);
        }
        (doing, since)
    }

    /// Whether it has sent at least one request.
    pub(super) fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// The other side takes some of an answer.
    pub(super) fn takes(&self) {
        self.taken_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// When it last did.
    pub(super) fn taken_at(&self) -> Instant {
        let ms = self.taken_ms.load(Ordering::Relaxed);
        let at = self.began.checked_add(Duration::from_millis(ms));
        at.unwrap_or(self.began)
    }

    /// Whether the other side has stopped reading.
    pub(super) fn stalls(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// Its body took too long.
    pub(super) fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    pub(super) fn was_slow(&self) {
        self.slow.store(true, Ordering::Relaxed);
    }

    /// Nothing would be lost if it ended now.
    fn is_waiting(&self) -> bool {
        matches!(self.doing().0, Doing::Waiting | Doing::Heading)
    }

    pub(super) fn ask_to(&self, leave: Leave) {
        let new = match leave {
            Leave::Stay => 0,
            Leave::Then => 1,
            Leave::Now => 2,
        };
        self.leave.fetch_max(new, Ordering::Relaxed);
        self.told.notify_one();
    }

    /// How it was asked to end. Whoever waits has nothing to finish.
    pub(super) fn leave(&self) -> Leave {
        match self.leave.load(Ordering::Relaxed) {
            0 => Leave::Stay,
            1 if !self.is_waiting() => Leave::Then,
            _ => Leave::Now,
        }
    }
}

/// What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four @ IpAddr::V4(_) => four,
    }
}

/// The connections that are counted.
#[derive(Debug, Default)]
struct Seats {
    taken: HashMap<IpAddr, HashMap<u64, Arc<Seat>>>,
    all: usize,
    spare: HashMap<u64, Arc<Seat>>,
    leaving: usize,
    next: u64,
    /// Some that waited longest when they were last looked up, the longest first.
    longest: VecDeque<(Arc<Seat>, Instant)>,
    made_room: u64,
    turned_away: u64,
}

/// Whether the limit for an address does not count for this one.
pub(super) type Exempt = Box<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// Counts the connections of one host.
pub(super) struct Gate {
    pub(super) limits: Limits,
    exempt: Exempt,
    seats: Mutex<Seats>,
    /// A connection is gone.
    pub(super) freed: Notify,
}

/// A seat, given back when this is dropped.
pub(super) struct TakenSeat {
    gate: Arc<Gate>,
    pub(super) seat: Arc<Seat>,
}

impl TakenSeat {
    pub(super) fn limits(&self) -> Limits {
        self.gate.limits
    }
}

impl Drop for TakenSeat {
    fn drop(&mut self) {
        self.gate.give_back(&self.seat);
    }
}

/// The one that began to wait first.
fn oldest_waiting<'s>(seats: impl Iterator<Item = &'s Arc<Seat>>) -> Option<Arc<Seat>> {
    let waiting = seats.filter(|seat| seat.is_waiting());
    waiting.min_by_key(|seat| seat.doing().1).cloned()
}

/// The one whose body or answer takes longest.
fn slowest<'s>(seats: impl Iterator<Item = &'s Arc<Seat>>, limits: &Limits) -> Option<Arc<Seat>> {
    let slow = seats.filter(|seat| {
        let (doing, since) = seat.doing();
        let most = match doing {
            Doing::Receiving => limits.body,
            Doing::Sending => limits.send,
            Doing::Waiting | Doing::Heading | Doing::Working => return false,
        };
        since.elapsed() > most / UNHURRIED
    });
    slow.min_by_key(|seat| seat.doing().1).cloned()
}

impl Seats {
    fn each(&self) -> impl Iterator<Item = &Arc<Seat>> {
        self.taken.values().flat_map(HashMap::values)
    }

    /// The one that has waited longest, of all. Many are looked up at once, so that a crowd at the door costs
    /// one look each.
    fn longest_waiting(&mut self) -> Option<Arc<Seat>> {
        for fresh in [false, true] {
            if fresh {
                let mut all: Vec<_> = self
                    .each()
                    .filter(|seat| seat.is_waiting())
                    .map(|seat| (Arc::clone(seat), seat.doing().1))
                    .collect();
                if all.len() > LOOKED_UP {
                    all.select_nth_unstable_by_key(LOOKED_UP, |(_, since)| *since);
                    all.truncate(LOOKED_UP);
                }
                all.sort_unstable_by_key(|(_, since)| *since);
                self.longest = all.into();
            }
            while let Some((seat, since)) = self.longest.pop_front() {
                let stays = seat.leave() == Leave::Stay;
                if stays && seat.is_waiting() && seat.doing().1 == since && self.holds(&seat) {
                    return Some(seat);
                }
            }
        }
        None
    }

    fn holds(&self, seat: &Seat) -> bool {
        let of_address = self.taken.get(&counted(seat.address));
        of_address.is_some_and(|seats| seats.contains_key(&seat.no))
    }

    fn remove(&mut self, seat: &Seat) -> bool {
        let key = counted(seat.address);
        let Some(of_address) = self.taken.get_mut(&key) else {
            return false;
        };
        let gone = of_address.remove(&seat.no).is_some();
        if of_address.is_empty() {
            self.taken.remove(&key);
        }
        self.all = self.all.saturating_sub(usize::from(gone));
        gone
    }

    /// Shows somebody out; the place is free at once, the socket a moment later.
    fn show_out(&mut self, seat: Option<Arc<Seat>>) -> bool {
        let Some(seat) = seat else { return false };
        if self.remove(&seat) {
            self.leaving = self.leaving.saturating_add(1);
            self.made_room = self.made_room.saturating_add(1);
        }
        seat.ask_to(Leave::Now);
        true
    }
}

impl Gate {
    pub(super) fn new(limits: Limits, exempt: Exempt) -> Arc<Gate> {
        Arc::new(Gate {
            limits,
            exempt,
            seats: Mutex::default(),
            freed: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a new connection; a spare one when all are taken by others who are busy; none when the spare
    /// ones are busy too.
    pub(super) fn admit(self: &Arc<Gate>, address: IpAddr) -> Option<TakenSeat> {
        self.admit_at(address, Instant::now())
    }

    fn admit_at(self: &Arc<Gate>, address: IpAddr, began: Instant) -> Option<TakenSeat> {
        let mut seats = self.lock();
        let key = counted(address);
        let seated = seats.taken.get(&key).map_or(0, HashMap::len);
        let mut room = true;
        if seated >= self.limits.per_address_max && !(self.exempt)(address) {
            let all = || seats.taken.get(&key).into_iter().flat_map(HashMap::values);
            let leaves = oldest_waiting(all()).or_else(|| slowest(all(), &self.limits));
            room = seats.show_out(leaves);
        }
        if room && seats.all >= self.limits.connections_max {
            let leaves = seats.longest_waiting();
            let leaves = leaves.or_else(|| slowest(seats.each(), &self.limits));
            room = seats.show_out(leaves);
        }
        if !room {
            seats.turned_away = seats.turned_away.saturating_add(1);
            if seats.spare.len() >= SPARE_SEATS {
                // It keeps its place in the count until its socket is closed.
                if let Some(oldest) = oldest_waiting(seats.spare.values()) {
                    oldest.ask_to(Leave::Now);
                }
                if seats.spare.len() >= 2 * SPARE_SEATS {
                    return None;
                }
            }
        }
        let seat = Arc::new(Seat {
            no: seats.next,
            address,
            spare: !room,
            began,
            state: AtomicU64::new(0),
            stalled: AtomicBool::new(false),
            slow: AtomicBool::new(false),
            known: AtomicBool::new(false),
            taken_ms: AtomicU64::new(0),
            leave: AtomicU8::new(0),
            told: Notify::new(),
        });
        seats.next = seats.next.wrapping_add(1);
        if room {
            seats.all = seats.all.saturating_add(1);
            let of_address = seats.taken.entry(key).or_default();
            of_address.insert(seat.no, Arc::clone(&seat));
        } else {
            seats.spare.insert(seat.no, Arc::clone(&seat));
        }
        Some(TakenSeat {
            gate: Arc::clone(self),
            seat,
        })
    }

    fn give_back(&self, seat: &Seat) {
        let mut seats = self.lock();
        if seat.spare {
            seats.spare.remove(&seat.no);
        } else if !seats.remove(seat) {
            seats.leaving = seats.leaving.saturating_sub(1);
        }
        drop(seats);
        self.freed.notify_waiters();
    }

    /// Shows out some of those who wait, for want of files.
    pub(super) fn make_room(&self) {
        let mut seats = self.lock();
        for _ in 0..SPARE_SEATS {
            let leaves = seats.longest_waiting();
            if !seats.show_out(leaves) {
                return;
            }
        }
    }

    /// Waits while too many sockets of those who were shown out are still open.
    pub(super) async fn settled(&self) {
        loop {
            let freed = self.freed.notified();
            if self.lock().leaving < LEAVING_MAX {
                return;
            }
            freed.await;
        }
    }

    /// Asks everybody to leave.
    pub(super) fn ask_all(&self, leave: impl Fn(&Seat) -> Leave) {
        let seats = self.lock();
        for seat in seats.each().chain(seats.spare.values()) {
            let leave = leave(seat);
            if leave != Leave::Stay {
                seat.ask_to(leave);
            }
        }
    }

    /// Open connections.
    pub(super) fn open(&self) -> usize {
        let seats = self.lock();
        seats.all + seats.spare.len() + seats.leaving
    }

    /// How many were shown out, and how many found no seat, since this was last asked.
    pub(super) fn pressure(&self) -> (u64, u64) {
        let mut seats = self.lock();
        let found = (seats.made_room, seats.turned_away);
        (seats.made_room, seats.turned_away) = (0, 0);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(all: usize, each: usize) -> Arc<Gate> {
        let limits = Limits {
            connections_max: all,
            per_address_max: each,
            ..Limits::default()
        };
        Gate::new(limits, Box::new(|address| address == from(9)))
    }

    fn from(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn whoever_waited_longest_leaves_first() {
        let gate = gate(3, 3);
        let mut taken = Vec::new();
        for last in 1..=3 {
            let began = Instant::now() - Duration::from_secs(9) + Duration::from_secs(last.into());
            taken.push(gate.admit_at(from(last), began).unwrap());
        }
        // The first has something in hand, the second does not.
        taken[0].seat.now_is(Doing::Working);
        let fourth = gate.admit(from(4)).unwrap();
        assert!(!fourth.seat.spare);
        let leaves: Vec<_> = taken.iter().map(|one| one.seat.leave()).collect();
        assert_eq!(leaves, [Leave::Stay, Leave::Now, Leave::Stay]);
        // Its socket is still open: counted, until it is gone.
        assert_eq!(gate.open(), 4);
        drop(taken.remove(1));
        assert_eq!(gate.open(), 3);
        assert_eq!(gate.pressure(), (1, 0));
    }

    #[test]
    fn busy_seats_are_not_taken_from_anybody_and_a_few_are_spare() {
        let gate = gate(2, 2);
        let began = Instant::now();
        let taken: Vec<_> = (1..=2)
            .map(|n| gate.admit_at(from(n), began).unwrap())
            .collect();
        for one in &taken {
            one.seat.now_is(Doing::Receiving);
        }
        let late: Vec<_> = (0..2 * SPARE_SEATS)
            .map(|_| gate.admit(from(7)).unwrap())
            .collect();
        assert!(late.iter().all(|one| one.seat.spare));
        assert!(gate.admit(from(7)).is_none(), "no end of spare seats");
        assert!(taken.iter().all(|one| one.seat.leave() == Leave::Stay));
        drop((late, taken));
        // A body that takes its time gives way.
        let long_ago = Instant::now() - Limits::default().body;
        let slow: Vec<_> = (1..=2)
            .map(|n| gate.admit_at(from(n), long_ago).unwrap())
            .collect();
        for one in &slow {
            one.seat.state.store(2, Ordering::Relaxed);
            assert_eq!(one.seat.doing().0, Doing::Receiving);
        }
        assert!(!gate.admit(from(7)).unwrap().seat.spare);
    }

    #[test]
    fn one_address_cannot_take_every_seat() {
        let gate = gate(100, 4);
        let many: Vec<_> = (0..20).map(|_| gate.admit(from(1)).unwrap()).collect();
        let left = many.iter().filter(|one| one.seat.leave() == Leave::Stay);
        assert_eq!(left.count(), 4);
        // The addresses of one customer are one; a proxy is many people.
        let six = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, last, last, last, last]);
        let many: Vec<_> = (0..20).map(|n| gate.admit(six(n)).unwrap()).collect();
        let left = many.iter().filter(|one| one.seat.leave() == Leave::Stay);
        assert_eq!(left.count(), 4);
        let proxied: Vec<_> = (0..20).map(|_| gate.admit(from(9)).unwrap()).collect();
        assert!(proxied.iter().all(|one| one.seat.leave() == Leave::Stay));
    }
}
