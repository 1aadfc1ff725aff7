// The element-wise part of one time step of an lstm or gru, forward and backward; the products with the
// weights are made around it (ops/recurrent.cpp).
#pragma once

#include <cstdint>

namespace fanin::engine {

/// One time step of a chunk. Unless a stride is given, rows lie end to end: [rows, units], or
/// [rows, gates · units] with the gates in the order of the op's weights.
struct RecurrentStep {
  std::int64_t rows = 0;
  std::int64_t units = 0;
  /// Forward: holds the products with the weights, and is given what backward reads. Backward: is given
  /// the gradient of those products. A gru's are W_ih x_t alone, the others' W_ih x_t + W_hh h_{t-1}.
  float* gates = nullptr;
  float* hidden = nullptr;  ///< a gru's W_hh h_{t-1}, as `gates`
  const float* bias = nullptr;
  const float* hidden_bias = nullptr;  ///< a gru's
  const float* previous = nullptr;     ///< h_{t-1}
  float* state = nullptr;              ///< h_t; may be `previous`
  const float* previous_cell = nullptr;
  float* cell = nullptr;                   ///< an lstm's c_t; may be `previous_cell`
  float* cell_tanh = nullptr;              ///< tanh(c_t), kept for backward
  float* output = nullptr;                 ///< where h_t goes besides; null: nowhere
  const float* output_gradient = nullptr;  ///< ∂L/∂output; null: none at this step
  std::int64_t output_stride = 0;          ///< floats between rows of both
  /// ∂L/∂h_t from the step after. An lstm and an rnn leave it undefined, a gru leaves what reaches h_{t-1}
  /// without passing a product.
  float* state_gradient = nullptr;
  float* cell_gradient = nullptr;  ///< ∂L/∂c_t from the step after; becomes ∂L/∂c_{t-1}
};

void lstm_forward(const RecurrentStep& step) noexcept;
void lstm_backward(const RecurrentStep& step) noexcept;
void gru_forward(const RecurrentStep& step) noexcept;
void gru_backward(const RecurrentStep& step) noexcept;

}  // namespace fanin::engine
