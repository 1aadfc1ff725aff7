#include "fanin/engine/onednn_version.hpp"

#include <algorithm>
#include <array>
#include <dnnl.hpp>
#include <utility>

namespace fanin::engine {

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

std::string onednn_instruction_set() {
  using Isa = dnnl::cpu_isa;
  static constexpr std::array kNames{std::pair{Isa::sse41, "sse41"},
                                     std::pair{Isa::avx, "avx"},
                                     std::pair{Isa::avx2, "avx2"},
                                     std::pair{Isa::avx2_vnni, "avx2_vnni"},
                                     std::pair{Isa::avx512_core, "avx512_core"},
                                     std::pair{Isa::avx512_core_vnni, "avx512_core_vnni"},
                                     std::pair{Isa::avx512_core_bf16, "avx512_core_bf16"},
                                     std::pair{Isa::avx512_core_amx, "avx512_core_amx"}};
  const Isa used = dnnl::get_effective_cpu_isa();
  const auto* found = std::ranges::find_if(kNames, [used](const auto& entry) { return entry.first == used; });
  return found == kNames.end() ? "unknown" : found->second;
}

}  // namespace fanin::engine
