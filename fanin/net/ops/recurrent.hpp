// What rnn, lstm and gru share: a sequence [time, in] goes in, every state [time, units] comes out, or
// the last one [units]; the weights of all gates are packed along the first axis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/op.hpp"

namespace fanin::net {

struct RecurrentOptions {
  std::int64_t units = 1;
  bool bias = true;
  bool last_only = false;  ///< give the last state instead of all
  /// Reads from the last position to the first. State t is the one after reading position t, so that both
  /// directions of a bidirectional layer line up; with last_only it is the one after reading position 0.
  bool reverse = false;
};

/// @throws Error bad_value.
void check_recurrent(const RecurrentOptions& options, std::string_view op);
/// "units=128, bias=false, last_only".
std::string recurrent_attributes(const RecurrentOptions& options);
/// @throws Error bad_shape unless `input` is a sequence [time, in].
Shape recurrent_output(const RecurrentOptions& options, const Shape& input, std::string_view op);
/// weight_ih [gates·units, in], weight_hh [gates·units, units] (role recurrent), and `biases` of
/// bias, or bias_ih and bias_hh, [gates·units]. One gate is no axis.
std::vector<ParameterSpec> recurrent_parameters(const RecurrentOptions& options, const Shape& input, std::int64_t gates,
                                                int biases);
/// @param pointwise  operations per unit and time step outside the products.
Cost recurrent_cost(const RecurrentOptions& options, const Shape& input, std::int64_t gates, double pointwise);

}  // namespace fanin::net
