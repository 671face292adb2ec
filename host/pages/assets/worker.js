// Without a network the last balance and the open slips are shown. They are kept for one reader at a time, and go with the sign-out.
"use strict";
var OWN = "own";
var plain = "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'><title>没有网络 No network</title>" +
  "<h1>现在没有网络</h1><p>有了网络再打开这一页。<p lang=en>There is no network now. Open this page again later.</p>";
var forget = function () { return caches.delete(OWN); };
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("message", function (event) {
  event.waitUntil(fetch(event.data, { credentials: "same-origin" }).then(function (answer) {
    if (answer.ok && !answer.redirected) return forget().then(function () { return caches.open(OWN); }).then(function (own) { return own.put(event.data, answer); });
  }));
});
self.addEventListener("fetch", function (event) {
  if (event.request.mode !== "navigate") return;
  var path = new URL(event.request.url).pathname;
  if (/\/sign-out$/.test(path)) event.waitUntil(forget());
  event.respondWith(fetch(event.request).catch(function () {
    return caches.match("/" + path.split("/")[1] + "/me/offline").then(function (kept) {
      return kept || new Response(plain, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
    });
  }));
});
