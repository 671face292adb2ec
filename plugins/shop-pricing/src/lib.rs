//! The bundled rule `shop-pricing`: what goods cost in points, how much of them, and on which days. It
//! knows no balances and no stock; those are the host's.
#![deny(clippy::float_arithmetic)]

mod check;
mod days;
mod guards;
mod params;
mod price;
mod reduce;
mod words;

use rongyi_sdk::Rule;
use rongyi_sdk::text;
use rongyi_sdk::types::{About, Basket, Diagnostic, Plan, Quote, Refusal};

/// A shop, ready to answer.
pub struct ShopPricing {
    shop: price::Shop,
}

impl Rule for ShopPricing {
    fn describe() -> About {
        About {
            name: "shop-pricing".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: text("积分超市定价", "Shop prices"),
            authors: vec!["Rongyi".to_owned()],
            license: "Apache-2.0".to_owned(),
            config_schema: include_str!("../schema.json").to_owned(),
            scenarios: include_str!("../scenarios/published.toml").to_owned(),
        }
    }

    fn configure(params: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        let params: params::Params = rongyi_sdk::params::read(params)?;
        let mut found = check::check(&params);
        let days = days::Days::read(&params, &mut found);
        if !found.is_empty() {
            return Err(found);
        }
        let (phrases, summary) = (words::phrases(&params), words::summary(&params));
        let mut traits: Vec<String> = Vec::new();
        let reductions = params.reductions.iter().map(|one| &one.has);
        let has = reductions.chain(params.off.iter().map(|one| &one.has));
        let only = params.only.iter().flat_map(|one| &one.traits);
        for has in has.flatten().chain(only) {
            if !traits.contains(&has.name) {
                traits.push(has.name.clone());
            }
        }
        let shop = price::Shop::new(params, days);
        let plan = Plan {
            kinds: Vec::new(),
            pricing: Some(shop.needs()),
            traits,
            phrases,
            summary,
        };
        Ok((ShopPricing { shop }, plan))
    }

    fn price(&self, basket: &Basket) -> Result<Quote, Refusal> {
        self.shop.price(basket)
    }
}

rongyi_sdk::export!(ShopPricing);
