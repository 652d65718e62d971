#include <algorithm>

#include <fmt/format.h>

#include "report/text/canvas.hpp"
#include <straycat/report/live.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t name_width = 10, most_sparks = 30, owner_width = 24;

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// One cell a second: how many of its requests failed.
std::string spark(std::uint64_t sent, std::uint64_t failed, const TextStyle& style) {
  static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (sent == 0) return " ";
  if (failed == 0) return ink(style.unicode ? "·" : ".", Ink::green, style);
  const auto level = std::min<std::size_t>(7, failed * 8 / sent);
  return ink(style.unicode ? blocks[level] : std::string(1, static_cast<char>('1' + level)), Ink::red, style);
}

std::string bar_of(std::size_t done, std::size_t all, const TextStyle& style) {
  constexpr std::size_t cells = 20;
  const std::size_t full = all == 0 ? 0 : std::min(cells, done * cells / all);
  std::string out;
  for (std::size_t i = 0; i < cells; ++i) out += style.unicode ? (i < full ? "━" : "─") : (i < full ? "=" : "-");
  return out;
}

std::string clip(const std::string& text, std::size_t width, const TextStyle& style) {
  const std::string safe = harmless(text, style.unicode);
  return columns(safe) <= width ? safe : fit(safe, width, style.unicode);
}

// "2 ready, 1 leaving, 3 gone"
std::string standing_words(std::size_t ready, std::size_t not_ready, std::size_t leaving, std::size_t left) {
  std::string out;
  for (const auto& [count, word] :
       {std::pair{ready, "ready"}, {not_ready, "not ready"}, {leaving, "leaving"}, {left, "gone"}})
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, word);
  return out;
}

}  // namespace

std::string LiveView::title_line(Stamp now) const {
  std::string out = scenario_;
  if (!phase_.empty()) out += "   phase " + phase_;
  out += fmt::format("   {:.0f} s", static_cast<double>(now.ns - zero_.ns) / 1e9);
  const double left = seconds_left(now);
  return left > 0 ? out + fmt::format(", at least {:.0f} s left", left) : out;
}

std::string LiveView::step_line(const TextStyle& style) const {
  const std::size_t all = plan_ ? plan_->steps.size() : 0;
  const std::string count = all == 0 ? fmt::format("{}", done_) : fmt::format("{} of {}", std::min(done_, all), all);
  const std::string now = in_step_ ? ": " + doing_ : "";
  return fit("steps", name_width, style.unicode) + bar_of(done_, all, style) + "  " +
         clip(count + now, static_cast<std::size_t>(style.width) - name_width - 24, style);
}

std::string LiveView::request_line(const TextStyle& style) const {
  const auto fits = static_cast<std::size_t>(std::max(style.width - 60, 10));
  const std::size_t shown = std::min({seconds_.size(), most_sparks, fits});
  std::string out = fit("requests", name_width, style.unicode);
  for (std::size_t i = seconds_.size() - shown; i < seconds_.size(); ++i)
    out += spark(seconds_[i].sent, seconds_[i].failed, style);
  out += fmt::format("  {} sent, {} failed", sent_, failed_);
  if (!seconds_.empty() && failed_ > 0)
    out += fmt::format("; last second {}", share_text(seconds_.back().failed, seconds_.back().sent));
  return out;
}

std::vector<std::string> LiveView::frame(const TextStyle& style, std::size_t rows, Stamp now) const {
  if (!headed_) return {};
  const auto width = static_cast<std::size_t>(style.width) - 1;
  std::vector<std::string> lines{ink(clip(title_line(now), width, style), Ink::bold, style), step_line(style),
                                 request_line(style)};
  const std::map<std::string, Owner> standing = owners();
  std::size_t told = 0;
  for (const auto& [name, one] : standing) {
    if (lines.size() + 1 >= rows && told + 1 < standing.size()) {
      lines.push_back(fmt::format("{}and {} more", std::string(name_width, ' '), standing.size() - told));
      break;
    }
    const std::uint64_t asked = one.asked.ok + one.asked.failed;
    const std::string direct = asked == 0 ? "" : fmt::format("direct: {} of {} failed", one.asked.failed, asked);
    const std::string text =
        fit(told == 0 ? "endpoints" : "", name_width, style.unicode) +
        fit(harmless(name, style.unicode), owner_width, style.unicode) + " " +
        clip(fmt::format("{:<18}  {}", standing_words(one.ready, one.not_ready, one.leaving, one.left), direct),
             width - name_width - owner_width - 1, style);
    lines.push_back(one.asked.failed > 0 ? ink(text, Ink::red, style) : text);
    ++told;
  }
  return lines;
}

}  // namespace straycat::report
