// An initializer from another library's random stream: the values that torch.manual_seed(0) and then
// torch.nn.init.kaiming_normal_ give, bit for bit where that library defines them.
//
//     const auto stream = random::make_replay("torch", /*seed=*/0);
//     init::replay(init::parse_initializer("he_normal(dialect=pytorch)"), tensor, *stream, DType::f32, bytes);
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "fanin/core/dtype.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/random/replay.hpp"

namespace fanin::init {

/// What each stream can give:
///   every stream  rules without randomness, uniform and normal laws, and scaled(...) of these
///   torch         truncated normal laws; with dialect=pytorch or timm also sparse (f32, f64) and orthogonal (f32;
///                 equal to PyTorch's up to the rounding of its LAPACK, 1e-6)
/// in f32 or f64. bf16 and f16 are refused: the libraries draw those with other generators and roundings.
/// @throws Error unsupported, and what the rule refuses of the tensor.
void check_replay(const Initializer& rule, const net::ParameterSpec& tensor, std::string_view library, DType dtype);

/// All elements of the tensor; the stream goes on where the last call ended. Rules without randomness draw nothing.
/// @param out  the whole tensor. @throws Error as check_replay, for what `stream` cannot draw; bad_shape.
void replay(const Initializer& rule, const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
            std::span<std::byte> out);

}  // namespace fanin::init
