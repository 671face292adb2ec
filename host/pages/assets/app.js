// Small improvements; every page works without this file.
(function () {
  "use strict";
  var each = function (selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  };

  // An error summary takes the focus, so that it is read first.
  var summary = document.getElementById("summary");
  if (summary) summary.focus();

  // The links of a summary put the cursor into the field, not only beside it.
  each(".summary a[href^='#field-']", function (link) {
    link.addEventListener("click", function (event) {
      var field = document.getElementById(link.getAttribute("href").slice(1));
      if (!field) return;
      event.preventDefault();
      field.focus();
    });
  });

  // A form that moves points is sent once, however often its button is tapped.
  each("form[data-once]", function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      var button = form.querySelector("button[data-busy]");
      if (button) {
        button.dataset.label = button.textContent;
        button.textContent = button.dataset.busy;
        button.setAttribute("aria-disabled", "true");
      }
    });
  });
  // Coming back with the browser's back button, the form is fresh again.
  window.addEventListener("pageshow", function () {
    each("form[data-sent]", function (form) {
      delete form.dataset.sent;
      var button = form.querySelector("button[data-label]");
      if (!button) return;
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
    });
  });

  each("[data-print]", function (button) {
    if (!window.print) return;
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  each("[data-copy]", function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        button.textContent = button.dataset.done;
      }, function () { /* the digits stay readable */ });
    });
  });

  // The slip keeps the screen awake while it is shown at the counter.
  if (document.querySelector(".slip-code") && navigator.wakeLock) {
    var wake = function () {
      if (document.visibilityState === "visible") {
        navigator.wakeLock.request("screen").then(null, function () { /* refused: no harm */ });
      }
    };
    document.addEventListener("visibilitychange", wake);
    wake();
  }

  // In the queue, j and k go down and up, Enter opens; nothing is taken from whoever types.
  var rows = document.querySelectorAll("[data-queue] a");
  if (rows.length) {
    each("[data-keys]", function (hint) { hint.hidden = false; });
    document.addEventListener("keydown", function (event) {
      var step = { j: 1, k: -1 }[event.key];
      var tag = event.target.tagName;
      if (!step || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(tag)) return;
      var here = Array.prototype.indexOf.call(rows, document.activeElement);
      var next = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))];
      next.focus();
      event.preventDefault();
    });
  }
})();
