// fanin_validate_faults FOLDER [--only TEXT] [--out FILE]: trains every case and its twin, and says whether each label
// is true. The file that --out names is kept beside the corpus: validated.csv.
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>

#include "fanin/core/gemm.hpp"
#include "tests/faults/corpus.hpp"
#include "tests/faults/validate.hpp"

namespace {

int run(const std::string& folder, const std::string& only, const std::string& out) {
  fanin::use_one_thread();
  fanin::faults::DataSets data;
  std::string csv = fanin::faults::validation_header();
  int wrong = 0;
  int all = 0;
  for (const fanin::faults::Case& c : fanin::faults::read_corpus(folder)) {
    if (c.id.find(only) == std::string::npos) continue;
    std::string line;
    try {
      const fanin::faults::Validation validation = fanin::faults::validate(c, data);
      line = to_csv(validation);
      wrong += validation.holds ? 0 : 1;
    } catch (const std::exception& error) {
      line = c.id + ",no,error: " + error.what() + "\n";
      ++wrong;
    }
    ++all;
    csv += line;
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
  }
  std::printf("%d cases, %d labels that do not hold\n", all, wrong);
  if (!out.empty()) std::ofstream(out) << csv;
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  std::string only;
  std::string out;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--only") == 0 && more) {
      only = argv[++i];
    } else if (std::strcmp(argv[i], "--out") == 0 && more) {
      out = argv[++i];
    } else {
      folder = argv[i];
    }
  }
  if (folder.empty()) {
    std::fputs("usage: fanin_validate_faults FOLDER [--only TEXT] [--out FILE]\n", stderr);
    return 2;
  }
  try {
    return run(folder, only, out);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
