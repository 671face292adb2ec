// Every page works without this file. It travels as it is, so its body stands at the margin.
(function () {
"use strict";
var each = function (selector, act) {
  Array.prototype.forEach.call(document.querySelectorAll(selector), act);
};

// An error summary is read first.
var summary = document.getElementById("summary");
if (summary) summary.focus();

// Its links put the cursor into the field.
each(".summary a[href^='#field-']", function (link) {
  link.addEventListener("click", function (event) {
    var field = document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
});

// A form is sent once, however often its button is tapped.
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
// Come back to, it is fresh again.
window.addEventListener("pageshow", function () {
  each("form[data-sent]", function (form) {
    delete form.dataset.sent;
    var button = form.querySelector("button[data-label]");
    if (!button) return;
    button.textContent = button.dataset.label;
    button.removeAttribute("aria-disabled");
  });
});

// The basket changes without leaving the shelf.
document.addEventListener("submit", function (event) {
  var form = event.target, by = event.submitter;
  if (!form.hasAttribute("data-step") || !by || !window.fetch || !window.DOMParser) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  var body = new URLSearchParams(new FormData(form)), less = by.classList.contains("step-less");
  body.set(by.name, by.value);
  fetch(form.action, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
    return answer.text().then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById(form.id), bar = page.getElementById("basket");
      if (!answer.ok || !fresh || !bar) return location.assign(answer.url);
      form.parentNode.replaceChild(fresh, form);
      document.getElementById("basket").innerHTML = bar.innerHTML;
      (fresh.querySelector(less ? ".step-less" : ".step-more") || fresh.querySelector("button")).focus();
    });
  }).then(null, function () {
    delete form.dataset.sent;
    location.reload();
  });
});

// Photos are made small before they are sent.
each("[data-photos]", function (field) {
  field.addEventListener("change", function () {
    var small = window.createImageBitmap && new DataTransfer();
    if (small) Promise.all(Array.prototype.map.call(field.files, function (file) {
      return file.size < 4e5 ? file : createImageBitmap(file).then(function (map) {
        var canvas = document.createElement("canvas"), fit = Math.min(1, 1600 / Math.max(map.width, map.height));
        canvas.width = map.width * fit;
        canvas.height = map.height * fit;
        canvas.getContext("2d").drawImage(map, 0, 0, canvas.width, canvas.height);
        return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.85); });
      }).then(function (blob) { return new File([blob], "a.jpg", { type: blob.type }); }).catch(function () { return file; });
    })).then(function (files) {
      files.forEach(function (file) { small.items.add(file); });
      field.files = small.files;
    });
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
    }, function () { });
  });
});

// People are found while typing: the list is taken out of the same page. Arrows walk through it, Enter opens the first.
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
    }).then(null, function () { });
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
// A camera reads the pick-up code, where the browser knows QR codes.
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
}, function () { });

// What is shown without a network is kept by the worker; home says which page that is.
var kept = document.querySelector("[data-offline]"), worker = navigator.serviceWorker;
if (kept && worker) worker.register("/worker.js").then(function () { return worker.ready; }).then(function (ready) {
  ready.active.postMessage(kept.dataset.offline);
}).then(null, function () { });

// What a page says is read aloud, where the browser can.
each("[data-speak]", function (button) {
  var voice = window.speechSynthesis;
  if (!voice || !window.SpeechSynthesisUtterance) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    if (voice.speaking) return voice.cancel();
    var said = new SpeechSynthesisUtterance(button.dataset.speak);
    said.lang = document.documentElement.lang;
    said.rate = 0.9;
    voice.speak(said);
  });
});

// A slip keeps the screen awake.
if (document.querySelector(".slip-code") && navigator.wakeLock) {
  var wake = function () {
    if (document.visibilityState === "visible") {
      navigator.wakeLock.request("screen").then(null, function () { });
    }
  };
  document.addEventListener("visibilitychange", wake);
  wake();
}

// In the queue, j and k go down and up; on a case, what has a key is taken by it.
var rows = document.querySelectorAll("[data-queue] a");
each("[data-keys]", function (hint) { hint.hidden = false; });
document.addEventListener("keydown", function (event) {
  var key = event.key, at = event.target;
  var types = /^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === "INPUT" && !/^(radio|checkbox)$/.test(at.type));
  if (!/^[a-z1-9]$/.test(key) || types || event.ctrlKey || event.metaKey || event.altKey) return;
  var step = { j: 1, k: -1 }[key];
  var next = document.querySelector("[data-key='" + key + "']");
  if (rows.length && step) {
    var here = Array.prototype.indexOf.call(rows, document.activeElement);
    rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))].focus();
  } else if (!next) {
    return;
  } else if (next.tagName === "DETAILS") {
    next.open = true;
    next.querySelector("input[type=radio], textarea, button").focus();
  } else {
    next.click();
    if (next.type === "radio") next.focus();
  }
  event.preventDefault();
});
})();
