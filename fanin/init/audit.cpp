#include "fanin/init/audit.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "fanin/init/audit_bounds.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

// Two-sided probability 6e-7: in an audit of a thousand tensors one false alarm in a thousand audits.
constexpr double kAlarm = 5;
// For values that are not random, and for orthogonal matrices, whose sum of squares is fixed.
constexpr double kTolerance = 1e-3;
std::string digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

}  // namespace

std::string_view to_string(AuditCode code) noexcept {
  switch (code) {
    case AuditCode::empty: return "empty";
    case AuditCode::non_finite: return "non_finite";
    case AuditCode::untouched: return "untouched";
    case AuditCode::constant: return "constant";
    case AuditCode::wrong_mean: return "wrong_mean";
    case AuditCode::wrong_variance: return "wrong_variance";
    case AuditCode::out_of_range: return "out_of_range";
    case AuditCode::duplicate: return "duplicate";
  }
  return "unknown";
}

double variance_z(double ratio, double kurtosis, std::uint64_t count) {
  const double freedom = 2 * static_cast<double>(count) / (kurtosis - 1);
  const double spread = 2 / (9 * freedom);
  return (std::cbrt(ratio) - (1 - spread)) / std::sqrt(spread);
}

void Audit::report(AuditCode code, const TensorAudit& audit, std::string message) {
  findings_.push_back({code, audit.parameter.name, std::move(message)});
}

void Audit::check_values(TensorAudit& audit, const Initializer* rule) {
  const Initializer::Moments& expected = audit.expected;
  const Statistics& found = audit.found;
  const double sigma = expected.std_dev;
  if (sigma > 0 && found.count > 1 && found.min == found.max) {
    const bool zero = found.min == 0;
    report(zero ? AuditCode::untouched : AuditCode::constant, audit,
           "every value is " + number_text(found.min) + ", but " + audit.rule + " gives a standard deviation of " +
               digits(sigma) + "; was the tensor filled, or overwritten later?");
    return;
  }
  const auto n = static_cast<double>(found.finite());
  const double square = found.variance_about(expected.mean);
  const bool fixed = !expected.random || expected.kurtosis <= 1;
  if (fixed || sigma == 0) {
    const double scale = std::max(std::abs(expected.mean), sigma);
    const bool wrong = std::abs(std::sqrt(square) - sigma) > kTolerance * scale;
    if (wrong) {
      report(AuditCode::wrong_variance, audit,
             "standard deviation " + digits(std::sqrt(square)) + " about " + digits(expected.mean) + ", but " +
                 audit.rule + " gives exactly " + digits(sigma));
    }
  } else {
    audit.variance_z = variance_z(square / (sigma * sigma), expected.kurtosis, found.finite());
    if (std::abs(audit.variance_z) > kAlarm) {
      report(AuditCode::wrong_variance, audit,
             "standard deviation " + digits(std::sqrt(square)) + ", but " + audit.rule + " gives " + digits(sigma) +
                 " (" + digits(audit.variance_z) + " standard errors off); check the fans and the gain");
    }
  }
  if (expected.random && sigma > 0) {
    audit.mean_z = (found.mean - expected.mean) / (sigma / std::sqrt(n));
    if (std::abs(audit.mean_z) > kAlarm) {
      report(AuditCode::wrong_mean, audit,
             "mean " + digits(found.mean) + ", but " + audit.rule + " gives " + digits(expected.mean) + " (" +
                 digits(audit.mean_z) + " standard errors off)");
    }
  }
  const std::optional<Law> law = rule->law(audit.parameter);
  const std::optional<LawBounds> bounds = law ? bounds_of(*law) : std::nullopt;
  if (bounds && lies_outside(found, *bounds)) {
    report(AuditCode::out_of_range, audit,
           "values from " + digits(found.min) + " to " + digits(found.max) + ", but " + audit.rule + " stays within [" +
               digits(bounds->low) + ", " + digits(bounds->high) + "]");
  }
}

void Audit::check_duplicate(const TensorAudit& audit) {
  if (audit.found.count < 2 || audit.found.min == audit.found.max) return;  // constants are alike rightly
  const auto [place, is_new] = seen_.emplace(audit.found.checksum, tensors_.size());
  if (is_new) return;
  const TensorAudit& other = tensors_[place->second];
  if (other.found.count != audit.found.count) return;
  if (!audit.expected.random && !other.expected.random) return;  // identity, dirac, … are alike rightly
  report(AuditCode::duplicate, audit,
         "bit-identical to '" + other.parameter.name +
             "'; two tensors drawn with one seed and name, or one reused initializer, start alike and may stay so");
}

void Audit::add(const net::ParameterSpec& parameter, const Initializer* rule, const Statistics& statistics) {
  TensorAudit audit{parameter, rule == nullptr ? "" : rule->text(), {}, statistics};
  if (statistics.count == 0) {
    report(AuditCode::empty, audit, "it has no elements; shape " + fanin::to_string(parameter.shape()));
  } else if (statistics.non_finite > 0) {
    report(AuditCode::non_finite, audit,
           std::to_string(statistics.non_finite) + " of " + std::to_string(statistics.count) +
               " values are NaN or infinite");
  }
  if (rule != nullptr) audit.expected = rule->moments(parameter);
  if (rule != nullptr && statistics.finite() > 0) check_values(audit, rule);
  check_duplicate(audit);
  tensors_.push_back(std::move(audit));
}

}  // namespace fanin::init
