// Values that are not finite: where the first one was, and how it came.
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {

void find_non_finite(const Evidence& e, std::vector<Finding>& findings) {
  if (!e.trace.non_finite) return;
  const NonFinite& where = *e.trace.non_finite;
  Finding finding{.problem = Problem::non_finite, .layer = where.name, .severity = Severity::error};
  for (const TraceNode& node : e.trace.nodes) {
    if (node.name == where.name) finding.layer = node.layer;
  }
  finding.quantity = "first step with a value that is not finite";
  finding.measured = {static_cast<double>(where.step), 0};
  finding.expected = {kUnknown, 0};
  finding.source = "every value of a training that works is finite";
  std::string cause = "the " + where.tensor + " of " + where.name + " has ";
  cause += where.nan ? "a NaN" : "an infinity";
  if (where.element >= 0) cause.append(" at element ").append(std::to_string(where.element));
  cause.append(" at step ").append(std::to_string(where.step));
  if (!where.growth.empty()) {
    cause += "; its largest magnitude in the steps before:";
    for (const double size : where.growth) cause.append(" ").append(short_number(size));
  }
  finding.cause = cause;
  const bool grew = where.growth.size() >= 2 && where.growth.back() > 10 * where.growth.front();
  finding.remedy = where.step == 0
                       ? "the start already overflows: smaller weights (--init he_normal), and finite inputs"
                   : grew ? "a smaller learning rate, --clip global_norm=1, or a start that keeps sizes"
                          : "look at the inputs and the loss of that step; --clip global_norm=1";
  finding.falsified_by = "the same step gives finite values in double precision";
  findings.push_back(std::move(finding));
}

}  // namespace fanin::observe
