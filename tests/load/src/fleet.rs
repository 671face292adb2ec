//! Several hosts over one world, and what may happen to each: it is killed and another one takes its place, or it
//! hangs for a while and wakes again. Whoever asks them learns their addresses from a channel.

use std::sync::Arc;

use anyhow::Result;
use tokio::sync::watch;

use crate::host::Host;
use crate::world::World;

/// The hosts that serve a world.
#[derive(Debug)]
pub struct Fleet {
    world: Arc<World>,
    hosts: Vec<Host>,
    publish: watch::Sender<Vec<String>>,
}

impl Fleet {
    /// Starts so many hosts, each on a port of its own.
    ///
    /// # Errors
    /// When one does not serve.
    pub fn start(world: Arc<World>, count: usize) -> Result<Self> {
        let hosts: Result<Vec<Host>> = (0..count).map(|_| world.serve()).collect();
        let fleet = Fleet {
            world,
            hosts: hosts?,
            publish: watch::Sender::new(Vec::new()),
        };
        fleet.tell();
        Ok(fleet)
    }

    /// Their addresses, now and whenever they change.
    pub fn known(&self) -> watch::Receiver<Vec<String>> {
        self.publish.subscribe()
    }

    /// One of them.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn host(&self, place: usize) -> &Host {
        &self.hosts[place]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Kills a host where it stands (SIGKILL) and starts another one. It waits for the new one to serve.
    ///
    /// # Errors
    /// When the new one does not serve.
    pub fn replace(&mut self, place: usize) -> Result<()> {
        self.hosts.remove(place).kill();
        self.hosts.push(self.world.serve()?);
        self.tell();
        Ok(())
    }

    /// Stops a host in the middle of whatever it does (SIGSTOP). Nobody is told: its callers have to notice.
    ///
    /// # Errors
    /// When the system does not stop it.
    pub fn hang(&self, place: usize) -> Result<()> {
        self.hosts[place].signal("STOP")
    }

    /// Lets it go on (SIGCONT), and says that it is there again.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn wake(&self, place: usize) -> Result<()> {
        self.hosts[place].signal("CONT")?;
        self.tell();
        Ok(())
    }

    /// Asks them to stop (SIGTERM), one after another, and waits until they have.
    ///
    /// # Errors
    /// When one stops with an error.
    pub fn stop(self) -> Result<()> {
        self.hosts.into_iter().try_for_each(Host::stop)
    }

    fn tell(&self) {
        let all = self.hosts.iter().map(|host| host.address().to_owned());
        self.publish.send_replace(all.collect());
    }
}
