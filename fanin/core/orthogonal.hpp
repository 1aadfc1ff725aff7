// Random orthogonal matrices, Haar-distributed: every orthogonal matrix is equally likely. They are
// built from normal numbers that the caller supplies, so this file knows nothing of seeds.
//
//     std::vector<float> q(4096 * 4096);
//     fanin::haar_orthogonal({.rows = 4096, .columns = 4096, .threads = 2}, normals, q);
//     const double error = fanin::orthogonality_error(4096, 4096, q);
#pragma once

#include <cstdint>
#include <span>

namespace fanin {

struct HaarOrthogonal {
  std::int64_t rows = 0;     ///< >= 1
  std::int64_t columns = 0;  ///< >= 1
  int threads = 1;           ///< >= 1; the bits do not depend on it
};

/// Writes a row-major [rows, columns] matrix whose shorter side's vectors are orthonormal, uniformly
/// distributed over all such matrices.
///
/// It is the Q of the QR factorization of a normal matrix, signs fixed by diag R > 0, but nothing is
/// factored: the factorization's Householder vectors are themselves independent normal vectors, of
/// lengths n, n-1, …, so they are drawn and only multiplied out, in compact WY blocks.
///
/// @param normals  k vectors of n standard normal numbers, k = min(rows, columns) and n the other;
///                 of vector i the last n - i numbers are used; overwritten.
/// @param out      rows * columns values.
/// @accuracy       ‖QᵀQ - I‖ (Frobenius) < 1e-6·√k, asserted in the test up to 1024 and in the benchmark at 4096.
/// @cost           2nk² - 2k³/3 multiply-adds, all but O(nk) of them in matrix products of one thread each.
/// @source         Stewart 1980, SIAM J. Numer. Anal. 17(3); Mezzadri 2007, arXiv:math-ph/0609050;
///                 block form of Schreiber & Van Loan 1989, with T by its inverse (Puglisi 1992).
void haar_orthogonal(const HaarOrthogonal& shape, std::span<float> normals, std::span<float> out);
/// In double precision: ‖QᵀQ - I‖ < 1e-14·√k, at a tenth of the speed or less.
void haar_orthogonal(const HaarOrthogonal& shape, std::span<double> normals, std::span<double> out);

/// The Q, signs fixed by diag R > 0, of `matrix` = QR ([rows, columns], rows >= columns) or of its
/// transpose (rows < columns). For reproducing matrices that other libraries draw; computed in
/// double precision and slower than haar_orthogonal.
void orthogonal_factor(std::int64_t rows, std::int64_t columns, std::span<const float> matrix, std::span<float> out);

/// ‖QᵀQ - I‖ (Frobenius) over the shorter side, in double precision: exact up to 256 vectors, beyond
/// that Hutchinson's estimate from 32 fixed ±1 probes, good to a few percent for spread-out errors such as rounding.
double orthogonality_error(std::int64_t rows, std::int64_t columns, std::span<const float> q);

}  // namespace fanin
