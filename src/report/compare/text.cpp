// Two runs beside each other on a terminal.
#include <algorithm>

#include <fmt/format.h>

#include "report/text/page.hpp"
#include <straycat/report/compare.hpp>

namespace straycat::report {
namespace {

using compare::Change;

Ink ink_of_change(Change change) {
  switch (change) {
    case Change::worse:
      return Ink::red;
    case Change::better:
      return Ink::green;
    case Change::cannot_tell:
      return Ink::yellow;
    default:
      return Ink::plain;
  }
}

void say_figure(Page& page, const compare::Figure& figure) {
  const std::string change = compare::change_words(figure);
  const std::string within = figure.change == Change::same ? ": " + change : "";
  page.say(fmt::format("{:<12} ", to_string(figure.change)),
           fmt::format("{}: {}, then {}; {}{}", figure.name, before_words(figure), after_words(figure),
                       range_words(figure), within),
           ink_of_change(figure.change));
}

}  // namespace

std::string render_compare(const Compared& before, const Compared& after, const compare::Comparison& comparison,
                           const TextStyle& wanted) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  page.say("", fmt::format("{}, then {}", before.name, after.name), Ink::bold);
  page.say("",
           fmt::format("scenario {}, runs {} and {}; what lies between bounds does so in 99.7 %",
                       after.history->header.scenario, before.history->header.run, after.history->header.run),
           Ink::dim);
  page.line();
  page.say(fmt::format("{:<12} ", to_string(comparison.outcome)),
           fmt::format("outcome: {}; then {}", comparison.outcome_before, comparison.outcome_after),
           ink_of_change(comparison.outcome));
  for (const compare::Figure& figure : comparison.figures) say_figure(page, figure);
  if (!comparison.notes.empty()) page.line();
  for (const std::string& note : comparison.notes) page.say("- ", note);
  page.line();
  page.say("", comparison.sentence, ink_of_change(comparison.whole));
  return page.take();
}

}  // namespace straycat::report
