#include "fanin/init/data/schemes.hpp"

#include "fanin/core/error.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {

NetworkScheme read_start(CallReader& reader, std::string_view scheme, std::string_view fallback, Dialect dialect) {
  const NetworkScheme start = parse_network_scheme(reader.text("start").value_or(std::string(fallback)), dialect);
  const std::string name = parse_call(start.text(), "initializer").name;
  for (const NetworkSchemeInfo& info : known_network_schemes()) {
    if (info.name != name || info.needs != kNeedsData) continue;
    throw Error(ErrorCode::bad_value, "scheme " + std::string(scheme),
                "it cannot start from " + name + ", which needs data itself; start from an initializer");
  }
  return start;
}

NetworkScheme with_fit(const std::string& text, const NetworkScheme& start, const NetworkFit& fit) {
  return {text, [=](const net::Graph& graph) {
            NetworkPlan plan = start.plan(graph);
            plan.scheme = text;
            plan.fit = fit;
            return plan;
          }};
}

void check_fit_number(std::string_view scheme, std::string_view argument, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(ErrorCode::bad_value, "scheme " + std::string(scheme),
              std::string(argument) + " is " + number_text(value) + ", outside [" + number_text(low) + ", " +
                  number_text(high) + "]");
}

}  // namespace fanin::init
