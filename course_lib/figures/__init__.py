"""The book's figures, one module per subject. Importing this package sets the book's style.

A figure function draws into a new matplotlib figure and returns nothing: a notebook shows the
figure at the end of the cell. Titles state the finding; colours keep their meaning (`palette`).
"""

from course_lib.figures import style

style.use()
