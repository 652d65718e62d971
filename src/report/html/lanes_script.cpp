#include "report/html/assets.hpp"

namespace straycat::report {

// Interaction on top of a picture that is whole without it. Text goes in by textContent only.
const std::string_view lanes_script = R"js((function () {
  "use strict";
  var all = Array.prototype.slice.call(document.querySelectorAll(".lanes"));
  if (!all.length) return;
  var length = Number(all[0].dataset.length); // runs beside each other share the longest one's axis
  var from = 0, to = length, wall = false, waiting = false;
  var detail = document.getElementById("detail");
  var words = { ready: "routable", serving: "terminating, serving", terminating: "terminating", notready: "not ready" };
  function list(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  var pictures = all.map(function (lanes) {
    return {
      root: lanes, axis: lanes.querySelector(".axis .track"), over: lanes.querySelector(".over"),
      cursor: lanes.querySelector(".cursor"), start: Number(lanes.dataset.wallMs), guides: list(lanes, ".guide"),
      marks: list(lanes, "[data-a]").filter(function (mark) { return !mark.classList.contains("tick"); }).map(function (mark) {
        var a = Number(mark.dataset.a), b = mark.dataset.b === undefined ? a : Number(mark.dataset.b);
        return { node: mark, a: a, b: b, wide: mark.dataset.b !== undefined, html: mark.tagName === "DIV" };
      }),
      bands: list(lanes, ".band"), rows: list(lanes, ".lane").map(row), at: null, moments: null
    };
  });

  // What the cursor can read from one lane.
  function row(lane) {
    var columns = (lane.dataset.columns || "").split(";").filter(Boolean).map(function (text) { return text.split(",").map(Number); });
    var bars = list(lane, "rect[data-b]").map(function (bar) {
      return { a: Number(bar.dataset.a), b: Number(bar.dataset.b), node: bar };
    });
    return { lane: lane, name: lane.querySelector(".name span"), value: lane.querySelector(".v"), columns: columns, bars: bars };
  }
  function columnAt(columns, ns) {
    var us = ns / 1000, low = 0, high = columns.length - 1;
    while (low <= high) {
      var middle = (low + high) >> 1;
      if (us < columns[middle][0]) high = middle - 1; else if (us >= columns[middle][1]) low = middle + 1; else return columns[middle];
    }
    return null;
  }
  function barAt(bars, ns, wanted) {
    for (var i = 0; i < bars.length; i++) if (bars[i].a <= ns && ns < bars[i].b && wanted(bars[i].node)) return bars[i].node;
    return null;
  }
  function milliseconds(us) { return us < 1e6 ? (us / 1000).toFixed(1) + " ms" : (us / 1e6).toFixed(2) + " s"; }
  function read(picture, ns) {
    var column = null;
    picture.rows.forEach(function (one) {
      if (!one.value) return;
      var text = "", bar;
      if (one.columns.length) {
        column = columnAt(one.columns, ns);
        text = column ? (column[3] ? column[3] + " of " + (column[2] + column[3]) + " failed" : column[2] + " ok") : "";
        one.story = column ? text + " of those begun " + span(column, picture) : "no request began";
      } else if (one.lane.classList.contains("latency")) {
        text = column && column[2] ? milliseconds(column[4]) + " / " + milliseconds(column[5]) : "";
        one.story = column && column[2] ? "p50 " + milliseconds(column[4]) + ", p99 " + milliseconds(column[5]) + ", longest " + milliseconds(column[6]) + "; the prober late by " + milliseconds(column[7]) + " at most" : "no answer";
      } else if (one.lane.classList.contains("endpoint")) {
        bar = barAt(one.bars, ns, function (node) { return words[node.classList[0]]; });
        text = bar ? words[bar.classList[0]] : "not listed";
      } else if (one.lane.classList.contains("steps")) {
        bar = barAt(one.bars, ns, function (node) { return node.classList.contains("phase"); });
        text = bar ? storyOf(bar).replace(/^phase /, "").replace(/: [^:]*$/, "") : "";
      }
      one.value.textContent = text;
      if (!one.columns.length && !one.lane.classList.contains("latency")) one.story = text;
    });
  }
  function span(column, picture) { return "from " + seconds(column[0] * 1000, picture) + " to " + seconds(column[1] * 1000, picture); }
  function storyOfLane(picture, lane) {
    var found = picture.rows.filter(function (one) { return one.lane === lane; })[0];
    return found && found.story ? (found.name ? found.name.textContent + ": " : "") + found.story : "";
  }
  function percent(ns) { return (ns - from) / (to - from) * 100; }
  function seconds(ns, picture) {
    if (wall) return new Date(picture.start + ns / 1e6).toISOString().slice(11, 23);
    return (ns / 1e9).toFixed(to - from < 2e9 ? 4 : to - from < 2e10 ? 3 : 2) + " s";
  }
  function place() {
    waiting = false;
    pictures.forEach(function (picture) {
      picture.marks.forEach(function (mark) {
        var left = Math.max(percent(mark.a), -1), right = Math.min(percent(mark.b), 101);
        var hidden = percent(mark.b) < 0 || percent(mark.a) > 100;
        if (mark.html) {
          mark.node.style.left = left + "%";
          mark.node.style.width = Math.max(right - left, 0) + "%";
        } else if (!hidden) {
          mark.node.setAttribute("x", left + "%");
          if (mark.wide) mark.node.setAttribute("width", Math.max(right - left, 0) + "%");
        }
        mark.node.style.display = hidden ? "none" : "";
      });
      picture.bands.forEach(function (band) {
        band.setAttribute("viewBox", from / length * 1e6 + " 0 " + (to - from) / length * 1e6 + " 1000");
      });
      ticks(picture);
      labels(picture);
    });
  }
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(place);
  }
  // Round steps: in seconds since the start 1, 2 or 5 of a power of ten, on a wall clock also quarters and halves of minutes and hours.
  function stepFor(least) {
    var power = Math.pow(10, Math.floor(Math.log10(least))), step = 10 * power;
    [5, 2, 1].forEach(function (m) { if (m * power >= least) step = m * power; });
    if (!wall || least <= 5) return step;
    return [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400].filter(function (one) { return one >= least; })[0] || step;
  }
  function ticks(picture) {
    var axis = picture.axis, width = Math.max(axis.getBoundingClientRect().width, 100), most = Math.max(2, Math.floor(width / (wall ? 110 : 80)));
    var step = stepFor((to - from) / 1e9 / most), zero = wall ? picture.start / 1000 : 0;
    while (axis.firstChild) axis.removeChild(axis.firstChild);
    for (var i = Math.ceil((zero + from / 1e9) / step - 1e-9), at; (at = i * step - zero) * 1e9 < to; i++) {
      var text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("class", "tick");
      text.setAttribute("x", percent(at * 1e9) + "%");
      text.setAttribute("y", "70%");
      text.textContent = wall ? clockOf(i * step, step) : Number(at.toFixed(6)) + " s";
      axis.appendChild(text);
    }
  }
  function clockOf(second, step) {
    var text = new Date(Math.round(second * 1000)).toISOString();
    return step >= 60 ? text.slice(11, 16) : step >= 1 ? text.slice(11, 19) : text.slice(11, 23);
  }
  // Words that would cover others are left out until there is room.
  function labels(picture) {
    var taken = [], frame = picture.over.getBoundingClientRect();
    picture.guides.forEach(function (guide) {
      var label = guide.firstChild, onset = guide.classList.contains("onset");
      if (guide.style.display === "none") return;
      guide.classList.remove("flip");
      label.style.visibility = "";
      var box = label.getBoundingClientRect();
      if (onset ? box.left < frame.left : box.right > frame.right) { guide.classList.add("flip"); box = label.getBoundingClientRect(); }
      if (taken.some(function (other) { return box.left < other.right && other.left < box.right; })) label.style.visibility = "hidden"; else taken.push(box);
    });
  }
  function show(a, b) {
    var least = Math.min(1e6, length);
    if (b - a < least) { var middle = (a + b) / 2; a = middle - least / 2; b = middle + least / 2; }
    if (b - a > length) { a = 0; b = length; }
    if (a < 0) { b -= a; a = 0; }
    if (b > length) { a -= b - length; b = length; }
    from = Math.max(0, a); to = Math.min(length, b);
    later();
    remember();
  }
  function remember() {
    var whole = from === 0 && to === length;
    history.replaceState(null, "", whole ? location.pathname + location.search : "#" + (from / 1e9).toFixed(4) + "-" + (to / 1e9).toFixed(4));
  }
  function zoom(factor, at) { show(at - (at - from) * factor, at + (to - at) * factor); }
  function pan(share) { var width = to - from; show(from + width * share, to + width * share); }
  function storyOf(element) {
    var title = element && element.querySelector ? element.querySelector("title") : null;
    return title ? title.textContent : "";
  }
  function point(ns) {
    pictures.forEach(function (picture) {
      picture.cursor.style.display = "block";
      picture.cursor.style.left = percent(ns) + "%";
      read(picture, ns);
    });
  }
  function unpoint() {
    pictures.forEach(function (picture) {
      picture.cursor.style.display = "none";
      picture.rows.forEach(function (one) { if (one.value) one.value.textContent = ""; });
    });
  }

  pictures.forEach(function (picture) {
    var lanes = picture.root, drag = null, brush = lanes.querySelector(".brush");
    function box() { return picture.over.getBoundingClientRect(); }
    function timeAt(x) { return from + Math.min(Math.max((x - box().left) / box().width, 0), 1) * (to - from); }
    // The wheel alone scrolls the page; with Ctrl (or two fingers apart on a pad) it zooms, sideways it pans.
    lanes.addEventListener("wheel", function (event) {
      var sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, timeAt(event.clientX));
      else if (sideways) pan((event.deltaX || event.deltaY) / 1000);
      else return;
      event.preventDefault();
    }, { passive: false });
    lanes.addEventListener("pointerdown", function (event) {
      var inside = event.clientX >= box().left;
      if (event.button === 0 && inside) drag = { x: event.clientX, from: from, to: to, pans: event.shiftKey || event.pointerType === "touch" };
    });
    function drop() { drag = null; brush.style.display = "none"; }
    window.addEventListener("pointerup", function (event) {
      var last = drag;
      drop();
      if (last && !last.pans && Math.abs(event.clientX - last.x) > 4) {
        var a = timeAt(last.x), b = timeAt(event.clientX);
        show(Math.min(a, b), Math.max(a, b));
      }
    });
    window.addEventListener("pointercancel", drop);
    lanes.addEventListener("pointermove", function (event) {
      var frame = box();
      if (drag && Math.abs(event.clientX - drag.x) > 2) {
        if (drag.pans) {
          var moved = (event.clientX - drag.x) / frame.width * (drag.to - drag.from);
          show(drag.from - moved, drag.to - moved);
        } else mark(Math.max(Math.min(event.clientX, drag.x), frame.left) - frame.left, Math.min(Math.max(event.clientX, drag.x), frame.right) - frame.left);
      }
      if (event.clientX < frame.left || event.clientX > frame.right) { unpoint(); return; }
      var at = timeAt(event.clientX);
      picture.at = at;
      point(at);
      detail.textContent = "at " + seconds(at, picture) + "  " + (storyOf(event.target.closest("rect")) || storyOfLane(picture, event.target.closest(".lane")));
    });
    function mark(left, right) {
      brush.style.display = "block";
      brush.style.left = left + "px";
      brush.style.width = right - left + "px";
    }
    lanes.addEventListener("pointerleave", unpoint);
    lanes.addEventListener("focusin", function (event) {
      var story = storyOf(event.target.closest("rect"));
      if (story) detail.textContent = story;
    });
  });
  // From moment to moment by keys: wherever a mark, a bar or a column of requests begins.
  function momentsOf(picture) {
    if (picture.moments) return picture.moments;
    var all = [];
    picture.marks.forEach(function (mark) { if (storyOf(mark.node)) all.push(mark.a); });
    picture.rows.forEach(function (one) { one.columns.forEach(function (column) { all.push(column[0] * 1000); }); });
    picture.moments = all.filter(function (ns) { return ns >= 0; }).sort(function (a, b) { return a - b; });
    return picture.moments;
  }
  function stride(picture, forwards) {
    var all = momentsOf(picture), here = picture.at === null ? (forwards ? from - 1 : to + 1) : picture.at, least = (to - from) / 2000;
    var next = forwards ? all.filter(function (ns) { return ns > here + least; })[0] : all.filter(function (ns) { return ns < here - least; }).pop();
    if (next === undefined) return;
    picture.at = next;
    if (next < from || next > to) show(next - (to - from) / 2, next + (to - from) / 2);
    point(next);
    tellMoment(picture, next, least);
  }
  function tellMoment(picture, ns, near) {
    var stories = picture.marks.filter(function (mark) { return Math.abs(mark.a - ns) <= near; }).map(function (mark) { return storyOf(mark.node); });
    picture.rows.forEach(function (one) { if (one.story) stories.push(storyOfLane(picture, one.lane)); });
    detail.textContent = "at " + seconds(ns, picture) + "  " + stories.filter(function (text, i) { return text && stories.indexOf(text) === i; }).slice(0, 12).join("; ");
  }
  document.addEventListener("keydown", function (event) {
    var inside = event.target === document.body || event.target.closest(".lanes");
    if (!inside || event.ctrlKey || event.metaKey || event.altKey) return;
    var middle = (from + to) / 2;
    if (event.key === "+" || event.key === "=") zoom(1 / 1.5, middle);
    else if (event.key === "-") zoom(1.5, middle);
    else if (event.key === "ArrowLeft") pan(-0.2);
    else if (event.key === "ArrowRight") pan(0.2);
    else if (event.key === "0") show(0, length);
    else if (event.key === "." || event.key === ",") stride(pictures.filter(function (one) { return one.root.contains(event.target); })[0] || pictures[0], event.key === ".");
    else return;
    event.preventDefault();
  });
  function button(id, action) {
    var node = document.getElementById(id);
    if (!node) return;
    node.hidden = false;
    node.addEventListener("click", function () { action(node); });
  }
  list(document, "[data-zoom]").forEach(function (node) {
    node.hidden = false;
    node.addEventListener("click", function () {
      var ends = node.dataset.zoom.split("-").map(Number), rim = Math.max((ends[1] - ends[0]) * 0.1, 2e7);
      show(ends[0] - rim, ends[1] + rim);
      all[0].scrollIntoView({ block: "nearest" });
    });
  });
  button("clock", function (node) {
    wall = !wall;
    node.textContent = wall ? "relative time" : "wall time (UTC)";
    node.setAttribute("aria-pressed", String(wall));
    pictures.forEach(ticks);
  });
  button("whole", function () { show(0, length); });
  button("closer", function () { zoom(1 / 1.5, (from + to) / 2); });
  button("wider", function () { zoom(1.5, (from + to) / 2); });
  function restore() {
    var wanted = /^#([0-9.]+)-([0-9.]+)$/.exec(location.hash);
    if (wanted && Number(wanted[1]) < Number(wanted[2])) show(Number(wanted[1]) * 1e9, Number(wanted[2]) * 1e9);
  }
  window.addEventListener("hashchange", restore);
  window.addEventListener("resize", later);
  place();
  restore();
})();
)js";

const std::string_view lanes_script_sha256 = "g3r0SzQaCj9hdv9IH6wqVcntyb8QpX3CGw3uml4eFLY=";

}  // namespace straycat::report
