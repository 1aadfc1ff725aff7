// Samples from row-major to channels-last and back: the kernels that a plan puts between ops of
// different layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "fanin/engine/kernel.hpp"

namespace fanin::engine {

/// Whether samples of this shape differ in the two layouts.
bool layout_matters(const Shape& shape) noexcept;

/// from [rows, channels, positions] to [rows, positions, channels], or with both numbers exchanged back.
void transpose_samples(std::int64_t rows, std::int64_t channels, std::int64_t positions, const float* from,
                       float* to) noexcept;

/// A kernel that gives its input in the layout `to`.
std::unique_ptr<Kernel> make_conversion(const Shape& shape, Layout to, const KernelBuffers& buffers);

}  // namespace fanin::engine
