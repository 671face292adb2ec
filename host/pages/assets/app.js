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

  // Whoever is looked for is found while typing: the same page is asked for, and its list taken out of it. Arrows walk
  // through the list, Enter opens the first.
  each("form[data-find]", function (form) {
    var field = form.querySelector("input[type=search]");
    if (!window.fetch || !window.DOMParser || !field) return;
    var timer = 0, asked = 0, shown = field.value.trim();
    var links = function () { return Array.prototype.slice.call(document.querySelectorAll("#hits a")); };
    var look = function () {
      var typed = field.value.trim(), mine = ++asked;
      var address = form.getAttribute("action") + "?q=" + encodeURIComponent(typed);
      fetch(address, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error();
        return answer.text();
      }).then(function (text) {
        if (mine !== asked) return;
        var page = new DOMParser().parseFromString(text, "text/html");
        ["found", "hits"].forEach(function (id) {
          document.getElementById(id).innerHTML = page.getElementById(id).innerHTML;
        });
        shown = typed;
        history.replaceState(null, "", address);
      }).then(null, function () { /* the button still works */ });
    };
    field.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(look, 150);
    });
    form.addEventListener("submit", function (event) {
      var first = links()[0];
      if (!first || shown !== field.value.trim()) return;
      event.preventDefault();
      first.click();
    });
    document.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      var all = links(), at = all.indexOf(document.activeElement);
      if (!step || (at < 0 && document.activeElement !== field)) return;
      var next = at + step;
      if (next >= all.length) return;
      event.preventDefault();
      (next < 0 ? field : all[next]).focus();
    });
  });
  // A camera reads the pick-up code, where the browser knows QR codes by itself; elsewhere the digits are typed.
  var scan = document.querySelector("[data-scan]");
  var video = scan && scan.querySelector("video");
  var formats = scan && window.BarcodeDetector && navigator.mediaDevices &&
    navigator.mediaDevices.getUserMedia && window.BarcodeDetector.getSupportedFormats();
  if (formats) formats.then(function (known) {
    if (known.indexOf("qr_code") < 0) return;
    var detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    var button = scan.querySelector("button");
    var label = button.textContent;
    var hint = scan.querySelector("p");
    var stream = null;
    var stop = function () {
      if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
      stream = null;
      video.hidden = true;
      button.textContent = label;
    };
    var look = function () {
      if (!stream) return;
      detector.detect(video).then(function (found) {
        var read = found.length ? found[0].rawValue.match(/(?:^|code=)(\d{8})$/) : null;
        if (!read || !stream) return window.setTimeout(look, 150);
        stop();
        document.getElementById("field-code").value = read[1];
        scan.closest("form").submit();
      }, function () { window.setTimeout(look, 300); });
    };
    button.addEventListener("click", function () {
      if (stream) return stop();
      hint.textContent = "";
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (opened) {
        stream = opened;
        video.srcObject = opened;
        video.hidden = false;
        button.textContent = button.dataset.stop;
        return video.play().then(look);
      }).catch(function () {
        stop();
        hint.textContent = hint.dataset.denied;
        document.getElementById("field-code").focus();
      });
    });
    window.addEventListener("pagehide", stop);
    scan.hidden = false;
  }, function () { /* the digits are typed */ });

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
