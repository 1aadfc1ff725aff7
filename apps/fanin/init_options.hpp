// The options of `fanin init`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/fanin/context_options.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/experiment/weights/plan.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

struct InitOptions {
  explicit InitOptions(CLI::App& app);
  InitOptions(const InitOptions&) = delete;  // `reader` points into this object
  InitOptions& operator=(const InitOptions&) = delete;

  experiment::NetworkRequest network;
  ContextOptions context;          ///< of --net
  std::string like;                ///< file whose tensors are redrawn; empty: --net
  std::optional<DType> dtype;      ///< given: for every tensor, also with --like
  std::string embedding_init;      ///< --like: empty means as --init
  std::vector<std::string> roles;  ///< "PATTERN=ROLE"
  std::string out;                 ///< file; empty: none
  std::string slice;
  std::string manifest;
  std::string json;  ///< as the manifest, in place of the report; "-": standard output
  std::uint64_t max_shard_bytes = 0;
  unsigned threads = 0;  ///< 0: one per core
  bool resume = false;
  bool explain = false;
  bool quiet = false;
  bool no_progress = false;
  report::ColorChoice color = report::ColorChoice::automatic;

  /// Takes over what was parsed. @throws Error naming the option.
  void read();

 private:
  void declare_values();
  void declare_context();
  void declare_output();

  CLI::App& app_;
  OptionReader reader_;
  bool net_given_ = false;
};

/// "5GB", "500MB", "2GiB", "1000000": bytes. @throws Error bad_value naming the option.
std::uint64_t parse_byte_count(const std::string& text, const std::string& option);

}  // namespace fanin::cli
