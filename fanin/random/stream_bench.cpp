// Fills a large buffer and prints nanoseconds an element and GB/s beside memset and plain streaming stores on the
// same buffer. All contenders take turns and the fastest turn of each counts, so that the ratios hold on a busy
// machine too.
//
//     fanin_random_bench [--elements N] [--threads N] [--turns N] [--json]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/random/kernels.hpp"
#include "fanin/random/parallel.hpp"
#include "fanin/random/reference.hpp"
#include "fanin/random/stream.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace {

using fanin::DType;
using fanin::random::Law;

struct Options {
  std::size_t elements = std::size_t{64} << 20;  // 256 MiB of f32
  unsigned threads = 2;
  int turns = 15;
  bool json = false;
};

struct Contender {
  std::string name;
  std::size_t elements;
  std::size_t bytes;
  std::function<void()> run;
  double best = std::numeric_limits<double>::infinity();  // seconds
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (argument == "--elements") {
      options.elements = number();
    } else if (argument == "--threads") {
      options.threads = static_cast<unsigned>(number());
    } else if (argument == "--turns") {
      options.turns = static_cast<int>(number());
    } else if (argument == "--json") {
      options.json = true;
    } else {
      std::fprintf(stderr, "fanin_random_bench [--elements N] [--threads N] [--turns N] [--json]\n");
      std::exit(2);
    }
  }
  options.elements = std::max<std::size_t>(options.elements / 1024 * 1024, 1024);
  options.threads = std::max(options.threads, 1U);
  options.turns = std::max(options.turns, 1);
  return options;
}

void stream_zeros(std::byte* out, std::size_t bytes) {
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  for (std::size_t i = 0; i < bytes; i += 64) {
    auto* line = reinterpret_cast<__m128i*>(out + i);
    for (int part = 0; part < 4; ++part) _mm_stream_si128(line + part, zero);
  }
  _mm_sfence();
#else
  std::memset(out, 0, bytes);
#endif
}

// The fast path must agree with the definition before its time means anything.
bool agrees(const fanin::random::Stream& stream) {
  constexpr std::size_t kTiles = 40;
  std::vector<float> values(kTiles * fanin::random::reference::kTileElements);
  fanin::random::fill_normal(stream, 0, {}, values);
  const auto plan = fanin::random::plan_of<float>(fanin::random::Normal{}, DType::f32);
  for (std::size_t tile = 0; tile < kTiles; ++tile) {
    const auto expected = fanin::random::reference::tile_values<float>(stream, tile, plan);
    if (std::memcmp(expected.data(), values.data() + tile * expected.size(), sizeof expected) != 0) return false;
  }
  return true;
}

std::vector<Contender> contenders(const Options& options, const fanin::random::Stream& stream,
                                  std::span<std::byte> room) {
  using namespace fanin::random;
  std::vector<Contender> all;
  const std::size_t bytes = options.elements * sizeof(float);
  const auto shared = [&options, room, bytes](void (*store)(std::byte*, std::size_t)) {
    return [=, threads = options.threads] {
      share(bytes, 4096, threads, [&](std::uint64_t from, std::uint64_t to) { store(room.data() + from, to - from); });
    };
  };
  all.push_back({"memset", options.elements, bytes,
                 shared([](std::byte* out, std::size_t count) { std::memset(out, 1, count); })});
  all.push_back({"streaming stores", options.elements, bytes, shared(stream_zeros)});
  const auto add = [&](const std::string& name, const Law& law, DType dtype, std::size_t elements) {
    const auto out = room.first(elements * fanin::size_of(dtype));
    all.push_back({name, elements, out.size(),
                   [=, &stream, threads = options.threads] { fill(stream, 0, law, dtype, out, threads); }});
  };
  const std::size_t n = options.elements;
  add("uniform f32", Uniform{}, DType::f32, n);
  add("normal f32", Normal{}, DType::f32, n);
  add("truncated normal f32", TruncatedNormal{}, DType::f32, n);
  add("truncated normal f32, cut at 4", TruncatedNormal{.low = -4, .high = 4}, DType::f32, n);
  add("bernoulli f32", Bernoulli{}, DType::f32, n);
  add("normal bf16", Normal{}, DType::bf16, n);
  add("normal f16", Normal{}, DType::f16, n);
  add("normal f64", Normal{}, DType::f64, n / 2);
  const std::size_t few = std::min<std::size_t>(n, std::size_t{1} << 20) / reference::kTileElements;
  all.push_back({"normal f32, the definition, 1 thread", few * reference::kTileElements,
                 few * reference::kTileElements * sizeof(float), [room, few, &stream] {
                   const auto plan = plan_of<float>(Normal{}, DType::f32);
                   for (std::size_t tile = 0; tile < few; ++tile) {
                     const auto values = reference::tile_values<float>(stream, tile, plan);
                     std::memcpy(room.data() + tile * sizeof values, values.data(), sizeof values);
                   }
                 }});
  return all;
}

void take_turns(std::vector<Contender>& all, int turns) {
  for (int turn = 0; turn < turns; ++turn) {
    for (Contender& contender : all) {
      const auto start = std::chrono::steady_clock::now();
      contender.run();
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      contender.best = std::min(contender.best, time.count());
    }
  }
}

void print(const std::vector<Contender>& all, const Options& options) {
  const double memset_rate = static_cast<double>(all[0].bytes) / all[0].best;
  if (options.json) {
    std::printf("{\"target\": \"%s\", \"threads\": %u, \"rows\": [", fanin::random::simd_target(), options.threads);
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::printf("%s{\"name\": \"%s\", \"ns\": %.5f, \"gb_s\": %.3f}", i == 0 ? "" : ", ", all[i].name.c_str(),
                  all[i].best * 1e9 / static_cast<double>(all[i].elements),
                  static_cast<double>(all[i].bytes) / all[i].best * 1e-9);
    }
    std::printf("]}\n");
    return;
  }
  std::printf("%zu elements, %u threads, %s, compiler %s, best of %d turns\n", options.elements, options.threads,
              fanin::random::simd_target(), __VERSION__, options.turns);
  std::printf("%-40s %10s %9s %12s\n", "", "ns/element", "GB/s", "% of memset");
  for (const Contender& contender : all) {
    const double rate = static_cast<double>(contender.bytes) / contender.best;
    std::printf("%-40s %10.4f %9.2f %12.1f\n", contender.name.c_str(),
                contender.best * 1e9 / static_cast<double>(contender.elements), rate * 1e-9, 100 * rate / memset_rate);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const fanin::random::Stream stream(1, "bench");
  if (!agrees(stream)) {
    std::fprintf(stderr, "the kernels disagree with the definition; no timing\n");
    return 1;
  }
  fanin::AlignedBuffer<std::byte> room(options.elements * sizeof(float));
  std::vector<Contender> all = contenders(options, stream, room.span());
  take_turns(all, options.turns);
  print(all, options);
  return 0;
}
