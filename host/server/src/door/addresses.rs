//! Addresses, each with the act it stands for. A handler learns the act with its request and is refused before it
//! runs; an address without an act lets nobody in.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};

use super::Act;
use crate::door::app::App;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of whose type nothing is left. A router is made of dozens of types for each type of handler, and for each of them
/// the compiler proves anew that all that the handler waits for may go to another thread: with hundreds of handlers that was
/// more than half of its time.
#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, Arc<App>) -> Answering + Send + Sync>);

impl Erased {
    fn of<H, T>(handler: H) -> Erased
    where
        H: Handler<T, Arc<App>>,
    {
        Erased(Arc::new(move |request, app| {
            Box::pin(handler.clone().call(request, app))
        }))
    }
}

impl Handler<(), Arc<App>> for Erased {
    type Future = Answering;

    fn call(self, request: Request, app: Arc<App>) -> Answering {
        (self.0)(request, app)
    }
}

/// An address and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With its holes: `/{community}/home`.
    pub path: String,
    /// What asking for it is.
    pub act: Act,
}

/// A router that knows what each of its addresses is for.
pub struct Addresses {
    router: Router<Arc<App>>,
    list: Vec<Address>,
}

impl Default for Addresses {
    fn default() -> Self {
        Addresses {
            router: Router::new(),
            list: Vec::new(),
        }
    }
}

impl Addresses {
    fn add(mut self, method: &'static str, path: &str, act: Act) -> Self {
        let path = path.to_owned();
        self.list.push(Address { method, path, act });
        self
    }

    /// An address that answers to GET.
    #[must_use]
    pub fn get<H, T>(mut self, act: Act, path: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let methods = get(Erased::of(handler)).layer(Extension(act));
        self.router = self.router.route(path, methods);
        self.add("GET", path, act)
    }

    /// An address that answers to POST.
    #[must_use]
    pub fn post<H, T>(mut self, act: Act, path: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let methods = post(Erased::of(handler)).layer(Extension(act));
        self.router = self.router.route(path, methods);
        self.add("POST", path, act)
    }

    /// All of them.
    pub fn list(&self) -> &[Address] {
        &self.list
    }

    /// The router.
    pub fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

/// Operations of the API with their act.
pub fn of_api(
    act: Act,
    operations: UtoipaMethodRouter<Arc<App>>,
) -> (Vec<Address>, UtoipaMethodRouter<Arc<App>>) {
    let mut list = Vec::new();
    for (path, item) in &operations.1.paths {
        let methods = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("DELETE", item.delete.is_some()),
            ("PATCH", item.patch.is_some()),
        ];
        for (method, _) in methods.into_iter().filter(|(_, there)| *there) {
            let path = path.clone();
            list.push(Address { method, path, act });
        }
    }
    (list, operations.layer(Extension(act)))
}
