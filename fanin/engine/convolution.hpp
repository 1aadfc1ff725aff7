// The three passes of a convolution for a fixed number of rows: what conv and conv_transpose are made of (a
// transposed convolution is its adjoint: forward and backward change places). Private to the room.
//
// Values and their gradients are channels last, weights as described: [groups * out, in, kernel…].
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::engine {

struct ConvolutionShape {
  std::int64_t groups = 1;
  std::int64_t src_channels = 1;  ///< of all groups
  std::int64_t dst_channels = 1;
  std::vector<std::int64_t> src = {};  ///< extents of the spatial axes, 1 to 3
  std::vector<std::int64_t> dst = {};
  net::Window window = {};  ///< expanded

  [[nodiscard]] std::int64_t src_count() const;  ///< per row
  [[nodiscard]] std::int64_t dst_count() const;
  [[nodiscard]] std::int64_t weight_count() const;
};

/// @throws Error unsupported, naming `where`, for extents and attributes that kernels cannot count.
void check_convolution(const ConvolutionShape& shape, const std::string& where);

/// Buffers are for the rows it was made for; `workspace` has workspace_floats().
class Convolution {
 public:
  virtual ~Convolution() = default;
  Convolution() = default;
  Convolution(const Convolution&) = delete;
  Convolution& operator=(const Convolution&) = delete;

  [[nodiscard]] virtual std::size_t workspace_floats() const noexcept = 0;
  /// @param bias  [dst_channels], or null where it was made without.
  virtual void forward(const float* src, const float* weights, const float* bias, float* dst,
                       float* workspace) noexcept = 0;
  virtual void backward_data(const float* diff_dst, const float* weights, float* diff_src,
                             float* workspace) noexcept = 0;
  /// @param diff_bias  as bias.
  virtual void backward_weights(const float* src, const float* diff_dst, float* diff_weights, float* diff_bias,
                                float* workspace) noexcept = 0;
};

/// The passes that are called: the others need not exist. `bias`: forward and backward_weights are given one.
struct ConvolutionUse {
  bool forward = true;
  bool backward_data = true;
  bool backward_weights = true;
  bool bias = true;
};

/// The fastest kernels that this machine has for `shape`.
/// @throws Error unsupported, naming `where`.
std::unique_ptr<Convolution> make_convolution(const ConvolutionShape& shape, std::int64_t rows,
                                              const ConvolutionUse& use, const std::string& where);

/// One convolution for each number of rows that is met: the number a plan was made for at once, others when they
/// first come.
class ConvolutionSet final {
 public:
  struct Entry {
    std::unique_ptr<Convolution> convolution = {};
    AlignedBuffer<float> own_workspace = {};  ///< where a smaller batch needs more than the whole
    float* workspace = nullptr;
  };

  /// @param workspace  what the convolution of `rows` needs.
  ConvolutionSet(const ConvolutionShape& shape, std::int64_t rows, const ConvolutionUse& use, std::string where,
                 float* workspace);

  [[nodiscard]] Entry& at(std::int64_t rows) noexcept {
    const auto found = entries_.find(rows);
    return found != entries_.end() ? found->second : add(rows);
  }

 private:
  Entry& add(std::int64_t rows) noexcept;

  ConvolutionShape shape_;
  ConvolutionUse use_;
  std::string where_;
  float* workspace_;
  std::size_t workspace_floats_ = 0;
  std::map<std::int64_t, Entry> entries_;
};

}  // namespace fanin::engine
