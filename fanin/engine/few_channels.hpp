// The passes of a convolution that has few channels, where that is faster than oneDNN. Private to the room.
#pragma once

#include <memory>

#include "fanin/engine/convolution.hpp"

namespace fanin::engine {

/// Which passes of a convolution own kernels take: those for few output channels its forward and weight passes,
/// those for few input channels its data pass.
struct FewChannels {
  bool outputs = false;
  bool inputs = false;
};

FewChannels few_channels(const ConvolutionShape& shape, std::int64_t rows, const ConvolutionUse& use);

/// @param rest  runs the other passes; may be null when there are none.
std::unique_ptr<Convolution> make_few_channels(const ConvolutionShape& shape, std::int64_t rows, FewChannels taken,
                                               std::unique_ptr<Convolution> rest);

}  // namespace fanin::engine
