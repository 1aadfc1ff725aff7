// Reads the golden files of this folder: named arrays of numbers made by the recipe script of the
// same name. A line that starts with '#' is a comment; an array is a line "name count" followed by
// `count` decimal numbers separated by white space. "inf", "-inf" and "nan" are numbers too.
//
//     const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_activations.txt");
//     const std::vector<double>& z = file.at("z");
#pragma once

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace fanin::golden {

struct GoldenFile {
  std::map<std::string, std::vector<double>> arrays;

  GoldenFile() = default;
  /// @throws std::runtime_error naming the file when it is missing or malformed.
  explicit GoldenFile(const std::string& path) {
    std::ifstream stream(path);
    if (!stream) throw std::runtime_error(path + ": cannot be opened");
    std::string name;
    while (next_token(stream, name)) {
      std::vector<double> values(static_cast<std::size_t>(read_number(stream, path, name)));
      for (double& value : values) value = read_number(stream, path, name);
      if (!arrays.emplace(name, std::move(values)).second)
        throw std::runtime_error(path + ": two arrays '" + name + "'");
    }
  }

  [[nodiscard]] bool contains(const std::string& name) const { return arrays.contains(name); }

  [[nodiscard]] const std::vector<double>& at(const std::string& name) const {
    const auto found = arrays.find(name);
    if (found == arrays.end()) throw std::runtime_error("golden file: no array '" + name + "'");
    return found->second;
  }

  /// An array that holds one number.
  [[nodiscard]] double number(const std::string& name) const {
    if (at(name).size() != 1) throw std::runtime_error("golden file: '" + name + "' is not one number");
    return at(name).front();
  }

  /// An array rounded to single precision, as engines and parameters take it.
  [[nodiscard]] std::vector<float> floats(const std::string& name) const {
    std::vector<float> rounded;
    for (const double value : at(name)) rounded.push_back(static_cast<float>(value));
    return rounded;
  }

 private:
  static bool next_token(std::istream& stream, std::string& token) {
    while (stream >> token) {
      if (token.front() != '#') return true;
      std::getline(stream, token);
    }
    return false;
  }

  static double read_number(std::istream& stream, const std::string& path, const std::string& name) {
    std::string token;
    double value = 0;
    if (!next_token(stream, token)) throw std::runtime_error(path + ": ends inside array '" + name + "'");
    const char* end = token.data() + token.size();
    if (std::from_chars(token.data(), end, value).ptr != end) {
      throw std::runtime_error(path + ": '" + token + "' in array '" + name + "' is no number");
    }
    return value;
  }
};

}  // namespace fanin::golden
