// The squared singular values of the input–output Jacobian J of a wide dense network of equal
// layers at a fixed point: their mean and variance, without drawing a matrix.
#pragma once

#include "fanin/theory/function.hpp"

namespace fanin::theory {

enum class WeightEnsemble {
  gaussian,    ///< W_ij ~ N(0, sw2/n)
  orthogonal,  ///< W = √sw2 times a Haar orthogonal matrix
};

/// Of the eigenvalues of J Jᵀ.
struct JacobianMoments {
  double mean = 1;      ///< chi1^depth
  double variance = 0;  ///< chi1^(2 depth) · depth · (mu2/mu1² - 1 - s1), s1 = -1 gaussian, 0 orthogonal
};

/// @param q      variance of the pre-activations, >= 0, the same in every layer.
/// @param depth  layers, >= 1.
/// @throws Error bad_value.
/// @source  Pennington, Schoenholz & Ganguli 2017, arXiv:1711.04735; 2018, arXiv:1802.09979.
JacobianMoments jacobian_moments(const ScalarFunction& phi, double q, double weight_variance, int depth,
                                 WeightEnsemble ensemble);

/// The largest eigenvalue of J Jᵀ for a linear Gaussian network with sw2 = 1: (L+1)^(L+1)/L^L.
/// @source  Pennington et al. 2017: a product of L square Gaussian matrices.
double linear_gaussian_largest_eigenvalue(int depth);

}  // namespace fanin::theory
