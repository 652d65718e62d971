#include "report/html/assets.hpp"

namespace straycat::report {

// What every page can: copying, searching its tables, printing what is folded. It is whole without.
const std::string_view page_script = R"js((function () {
  "use strict";
  function list(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  function copy(text, node) {
    var name = node.textContent;
    function done() { node.textContent = "copied"; setTimeout(function () { node.textContent = name; }, 1500); }
    function byHand() {
      var area = document.createElement("textarea");
      area.value = text;
      document.body.appendChild(area);
      area.select();
      var copied = document.execCommand("copy");
      area.remove();
      if (copied) done(); else node.textContent = "cannot copy";
    }
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, byHand); else byHand();
  }
  list(document, "[data-copy]").forEach(function (node) {
    node.hidden = false;
    node.addEventListener("click", function () { copy(document.getElementById(node.dataset.copy).textContent, node); });
  });
  var link = document.getElementById("link");
  if (link) {
    link.hidden = false;
    link.addEventListener("click", function () { copy(location.href, link); });
  }
  // Rows that hold all the words, of the topic that was picked.
  list(document, ".sieve").forEach(function (sieve) {
    var rows = list(document.getElementById(sieve.dataset.rows), "tr").slice(1), topics = sieve.querySelector("select"), words = sieve.querySelector("input"), count = sieve.querySelector("output");
    function topicOf(row) { return row.cells[Number(sieve.dataset.topic)].textContent; }
    rows.map(topicOf).filter(function (text, i, all) { return text && all.indexOf(text) === i; }).sort().forEach(function (text) {
      var option = document.createElement("option");
      option.textContent = text;
      topics.appendChild(option);
    });
    function sift() {
      var wanted = words.value.toLowerCase().split(/\s+/), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !(topics.selectedIndex === 0 || topicOf(row) === topics.value) || !wanted.every(function (word) { return text.indexOf(word) >= 0; });
        if (!row.hidden) shown++;
      });
      count.textContent = shown + " of " + rows.length;
    }
    sieve.hidden = false;
    topics.addEventListener("change", sift);
    words.addEventListener("input", sift);
    sift();
  });
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = list(document, "details:not([open])");
    folded.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { folded.forEach(function (one) { one.open = false; }); });
})();
)js";

const std::string_view page_script_sha256 = "W+OEUseu5w1ZKUVhIhJE0GYJml77yY2S9pOVrQLISpw=";

}  // namespace straycat::report
