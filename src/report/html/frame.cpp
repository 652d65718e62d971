#include "report/html/frame.hpp"

#include <fmt/format.h>

#include "report/html/assets.hpp"
#include "report/html/markup.hpp"
#include "report/outcome.hpp"

namespace straycat::report {
namespace {

// Textures beside colours, so that shapes tell what colours tell.
constexpr const char* patterns = R"svg(<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs>
<pattern id="p-stray" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--stray)"/><rect width="2" height="6" fill="var(--bg)"/></pattern>
<pattern id="p-fail" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--fail)"/><rect width="5" height="1.2" fill="var(--bg)"/></pattern>
<pattern id="p-unready" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--bg)"/><circle cx="2" cy="2" r="1.2" fill="var(--dim)"/></pattern>
<pattern id="p-leaving" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--bg)"/><rect width="2.4" height="5" fill="var(--leaving)"/></pattern>
<pattern id="p-blind" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="7" height="7" fill="var(--bg)"/><rect width="3" height="7" fill="var(--dim)"/></pattern>
</defs></svg>
)svg";

std::string sample_of(const std::string& mark, const char* words) {
  return fmt::format("<span><svg aria-hidden=\"true\">{}</svg>{}</span>", mark, words);
}

std::string sample(const char* css, const char* words) {
  return sample_of(fmt::format("<rect class=\"{}\" width=\"18\" height=\"11\"/>", css), words);
}

// One or two strokes, as the lanes have them.
std::string stroke(const char* css, const char* path, const char* words) {
  return sample_of(fmt::format("<path class=\"{}\" d=\"{}\"/>", css, path), words);
}

std::string mark(const char* css, const char* words) {
  return sample_of(fmt::format("<rect class=\"{}\" x=\"8\" width=\"2\" height=\"11\"/>", css), words);
}

}  // namespace

std::string outcome_boxes(const diagnose::Verdict& verdict) {
  return fmt::format("<span class=\"word\">{}</span><span class=\"word seen\">{}</span>", outcome_of(verdict).word,
                     conclusion_word(verdict));
}

std::string page_head(const std::string& title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'sha256-{}' 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<title>straycat: {}</title>\n<style>{}</style></head>\n<body>{}<main>\n",
      lanes_script_sha256, page_script_sha256, escape(title), page_style, patterns);
}

std::string page_end() { return fmt::format("</main>\n<script>{}</script></body></html>\n", page_script); }

std::string lanes_page_end() { return fmt::format("<script>{}</script>", lanes_script) + page_end(); }

std::string page_buttons() {
  return "<div class=\"bar\"><button id=\"whole\" hidden>whole run</button><button id=\"closer\" aria-label=\"zoom "
         "in\" "
         "hidden>+</button><button id=\"wider\" aria-label=\"zoom out\" hidden>-</button><button id=\"clock\" "
         "aria-pressed=\"false\" hidden>wall time (UTC)</button><button id=\"link\" hidden>copy link to this "
         "view</button></div>\n";
}

std::string page_legend() {
  return "<p id=\"detail\" aria-live=\"polite\">Everything tells its story when pointed at or focused. Drag over a "
         "stretch, "
         "Ctrl and wheel, or + and - "
         "zoom, arrow keys or Shift and dragging pan, 0 shows the whole run, . and , go from moment to moment.</p>\n"
         "<p class=\"legend\">" +
         sample("phase even", "phase") + sample("step", "step") + sample("step failed", "step that failed") +
         sample("ready", "routable") + sample("ready stray", "routable stray") + sample("serving", "terminating") +
         sample("notready", "not ready") + stroke("probe good", "M5,6V11M12,6V11", "asked directly, answered") +
         stroke("probe bad", "M5,3V11M12,3V11", "asked directly, failed") + sample("ok", "answered") +
         sample("fail", "failed") + sample("burst", "burst of failures") + mark("mark", "one failed request") +
         sample("dense", "how many failed so") + stroke("lp50", "M0,6H18", "latency p50") + sample("lp99", "to p99") +
         sample("lmax", "to the longest") + stroke("late", "M0,6H18", "the prober late") + mark("kevent", "Event") +
         mark("kevent warning", "Warning") + sample("blind", "not seen") + "</p>\n";
}

}  // namespace straycat::report
