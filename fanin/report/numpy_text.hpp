// Matrices as NumPy prints them: print(w) of a float64 array with NumPy's default options.
//
//     report::numpy_text(w, 3);
//     // [[ 3.92064111 -0.06568602  0.0558127 ]
//     //  [-2.34369726  6.29506135  3.68867495]
//     //  [ 1.9397522  -3.82154291  5.5442327 ]]
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace fanin::report {

/// Eight digits behind the point, or as many as the longest number needs, padded to columns; in
/// exponents when sizes differ by more than a thousand or leave [1e-4, 1e8). For matrices whose lines fit in 75
/// characters, as NumPy breaks longer ones.
/// @param values   [rows, columns], at least one row.
/// @source  NumPy 1.24, numpy/core/arrayprint.py, FloatingFormat with floatmode 'maxprec'.
std::string numpy_text(std::span<const double> values, std::size_t columns);

}  // namespace fanin::report
