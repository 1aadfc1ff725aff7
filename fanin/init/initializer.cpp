#include "fanin/init/initializer.hpp"

#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/init/rule.hpp"
#include "fanin/init/store.hpp"

namespace fanin::init {

Initializer::Initializer(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)) { FANIN_ASSERT(rule_ != nullptr); }

void Initializer::fill(const net::ParameterSpec& tensor, std::uint64_t seed, std::uint64_t first,
                       std::span<float> out) const {
  fill(tensor, {.seed = seed, .first = first}, std::as_writable_bytes(out));
}

void Initializer::fill(const net::ParameterSpec& tensor, const Fill& request, std::span<std::byte> out) const {
  check_float(request.dtype);
  const std::size_t width = size_of(request.dtype);
  const auto count = static_cast<std::uint64_t>(tensor.shape().count());
  const std::uint64_t wanted = out.size() / width;
  if (out.size() % width != 0 || request.threads < 1) {
    throw Error(ErrorCode::bad_value, tensor.name,
                "the output of " + std::to_string(out.size()) + " bytes is no whole number of " +
                    std::string(to_string(request.dtype)) + " elements, or threads is 0");
  }
  if (request.first > count || wanted > count - request.first) {
    throw Error(ErrorCode::bad_shape, tensor.name,
                "elements " + std::to_string(request.first) + " to " + std::to_string(request.first + wanted) +
                    " were asked for, but shape " + to_string(tensor.shape()) + " has " + std::to_string(count));
  }
  if (!out.empty()) rule_->fill(tensor, request, out);
}

bool Initializer::slices_are_cheap() const noexcept { return rule_->slices_are_cheap(); }
double Initializer::std_dev(const net::ParameterSpec& tensor) const { return rule_->moments(tensor).std_dev; }
Initializer::Moments Initializer::moments(const net::ParameterSpec& tensor) const { return rule_->moments(tensor); }
std::optional<Law> Initializer::law(const net::ParameterSpec& tensor) const { return rule_->law(tensor); }
const std::string& Initializer::text() const noexcept { return rule_->text(); }

}  // namespace fanin::init
