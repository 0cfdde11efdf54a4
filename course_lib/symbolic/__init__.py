"""What SymPy derives and proves: the sigmoid's slope (`sigmoid`), and stacks of affine layers (`affine`)."""

from course_lib.symbolic.sigmoid import (
                                         Line,
                                         circuit_function,
                                         gradient_in_terms_of_f,
                                         prove,
                                         sigma,
                                         sigmoid_derivation,
                                         t,
                                         to_latex,
                                         w1,
                                         w2,
                                         x1,
                                         x2,
                                         z,
)

__all__ = ["z", "x1", "x2", "w1", "w2", "t", "sigma", "Line", "sigmoid_derivation", "prove",
           "to_latex", "circuit_function", "gradient_in_terms_of_f"]
