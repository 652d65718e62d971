#include "report/html/assets.hpp"

namespace straycat::report {

// Interaction on top of a picture that is whole without it. Text goes in by textContent only.
const std::string_view page_script = R"js((function () {
  "use strict";
  var lanes = document.getElementById("lanes");
  if (!lanes) return;
  var length = Number(lanes.dataset.length), from = 0, to = length, wall = false;
  var start = Number(document.body.dataset.wallMs);
  var marks = Array.prototype.slice.call(lanes.querySelectorAll("[data-a]"));
  var detail = document.getElementById("detail");
  var cursor = document.getElementById("cursor");

  function percent(ns) { return (ns - from) / (to - from) * 100; }
  function clamp(ns) { return Math.max(0, Math.min(length, ns)); }
  function seconds(ns) {
    if (wall) return new Date(start + ns / 1e6).toISOString().slice(11, 23);
    return (ns / 1e9).toFixed((to - from) < 2e9 ? 4 : (to - from) < 2e10 ? 3 : 2) + " s";
  }
  function place() {
    marks.forEach(function (mark) {
      var a = Number(mark.dataset.a), b = mark.dataset.b === undefined ? a : Number(mark.dataset.b);
      if (mark.tagName === "text" && mark.classList.contains("tick")) return;
      var left = Math.max(percent(a), -1), right = Math.min(percent(b), 101);
      mark.setAttribute("x", left + "%");
      if (mark.tagName === "rect" && mark.dataset.b !== undefined) mark.setAttribute("width", Math.max(right - left, 0) + "%");
      mark.style.display = (percent(b) < 0 || percent(a) > 100) ? "none" : "";
    });
    ticks();
    guides();
  }
  function ticks() {
    var axis = document.getElementById("axis"), span = (to - from) / 1e9, power = Math.pow(10, Math.floor(Math.log10(span / 8))), step = 10 * power;
    [5, 2, 1].forEach(function (m) { if (m * power >= span / 8) step = m * power; });
    while (axis.firstChild) axis.removeChild(axis.firstChild);
    for (var at = Math.ceil(from / 1e9 / step) * step; at * 1e9 < to; at += step) {
      var text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("class", "tick");
      text.setAttribute("x", percent(at * 1e9) + "%");
      text.setAttribute("y", "70%");
      text.textContent = wall ? seconds(at * 1e9) : Number(at.toFixed(6)) + " s";
      axis.appendChild(text);
    }
  }
  function trackBox() { return document.getElementById("axis").getBoundingClientRect(); }
  function guides() {
    var box = trackBox(), frame = lanes.getBoundingClientRect();
    Array.prototype.forEach.call(lanes.querySelectorAll(".guide"), function (guide) {
      var at = percent(Number(guide.dataset.at));
      guide.style.display = at < 0 || at > 100 ? "none" : "block";
      guide.style.left = (box.left - frame.left + box.width * at / 100) + "px";
    });
  }
  function show(a, b) {
    var least = Math.min(1e6, length);
    if (b - a < least) { var middle = (a + b) / 2; a = middle - least / 2; b = middle + least / 2; }
    if (b - a > length) { a = 0; b = length; }
    if (a < 0) { b -= a; a = 0; }
    if (b > length) { a -= b - length; b = length; }
    from = clamp(a); to = clamp(b);
    place();
    remember();
  }
  function remember() {
    var whole = from === 0 && to === length;
    history.replaceState(null, "", whole ? location.pathname + location.search : "#" + (from / 1e9).toFixed(4) + "-" + (to / 1e9).toFixed(4));
  }
  function zoom(factor, at) { show(at - (at - from) * factor, at + (to - at) * factor); }
  function pan(share) { var width = to - from; show(from + width * share, to + width * share); }
  function timeAt(x) { var box = trackBox(); return from + (x - box.left) / box.width * (to - from); }
  function tell(text) { detail.textContent = text; }
  function storyOf(element) {
    var title = element && element.querySelector ? element.querySelector("title") : null;
    return title ? title.textContent : "";
  }

  lanes.addEventListener("wheel", function (event) {
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) { pan((event.deltaX || event.deltaY) / 1000); } else { zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, timeAt(event.clientX)); }
    event.preventDefault();
  }, { passive: false });
  var drag = null;
  lanes.addEventListener("pointerdown", function (event) { drag = { x: event.clientX, from: from, to: to }; });
  window.addEventListener("pointerup", function () { drag = null; });
  lanes.addEventListener("pointermove", function (event) {
    var box = trackBox(), frame = lanes.getBoundingClientRect();
    if (drag && Math.abs(event.clientX - drag.x) > 2) {
      var moved = (event.clientX - drag.x) / box.width * (drag.to - drag.from);
      show(drag.from - moved, drag.to - moved);
    }
    if (event.clientX < box.left || event.clientX > box.right) { cursor.style.display = "none"; return; }
    cursor.style.display = "block";
    cursor.style.left = (event.clientX - frame.left) + "px";
    tell("at " + seconds(timeAt(event.clientX)) + "  " + storyOf(event.target.closest("rect")));
  });
  lanes.addEventListener("pointerleave", function () { cursor.style.display = "none"; });
  lanes.addEventListener("focusin", function (event) { tell(storyOf(event.target)); });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var middle = (from + to) / 2;
    if (event.key === "+" || event.key === "=") zoom(1 / 1.5, middle);
    else if (event.key === "-") zoom(1.5, middle);
    else if (event.key === "ArrowLeft") pan(-0.2);
    else if (event.key === "ArrowRight") pan(0.2);
    else if (event.key === "0" || event.key === "Home") show(0, length);
    else return;
    event.preventDefault();
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-zoom]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var ends = button.dataset.zoom.split("-").map(Number), rim = Math.max((ends[1] - ends[0]) * 0.1, 2e7);
      show(ends[0] - rim, ends[1] + rim);
      lanes.scrollIntoView({ block: "nearest" });
    });
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-copy]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.copy).textContent;
      function done() { button.textContent = "copied"; }
      function byHand() {
        var area = document.createElement("textarea");
        area.value = text;
        document.body.appendChild(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        done();
      }
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, byHand); else byHand();
    });
  });
  var clock = document.getElementById("clock");
  clock.hidden = false;
  clock.addEventListener("click", function () {
    wall = !wall;
    clock.textContent = wall ? "relative time" : "wall time (UTC)";
    clock.setAttribute("aria-pressed", String(wall));
    ticks();
  });
  var whole = document.getElementById("whole");
  whole.hidden = false;
  whole.addEventListener("click", function () { show(0, length); });
  function restore() {
    var wanted = /^#([0-9.]+)-([0-9.]+)$/.exec(location.hash);
    if (wanted) show(Number(wanted[1]) * 1e9, Number(wanted[2]) * 1e9); else { place(); }
  }
  window.addEventListener("hashchange", restore);
  window.addEventListener("resize", guides);
  restore();
})();
)js";

const std::string_view page_script_sha256 = "umKngYttkdBdm2WwweOQ0tDtFecB9AM45YrPIx/LyXc=";

}  // namespace straycat::report
