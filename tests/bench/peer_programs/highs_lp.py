"""HiGHS: the assignment as a linear program, whose vertices are integral."""

import highspy
import numpy as np
from exchange import Task

task = Task()
coachee, coach, points = np.array(task.pairs, dtype=np.int64).T
size, rows = len(task.pairs), task.coachees + len(task.capacity)
lp = highspy.HighsLp()
lp.num_col_, lp.num_row_ = size, rows
lp.sense_ = highspy.ObjSense.kMaximize
lp.col_cost_ = (task.most + points).astype(np.float64)
lp.col_lower_, lp.col_upper_ = np.zeros(size), np.ones(size)
lp.row_lower_ = np.full(rows, -highspy.kHighsInf)
lp.row_upper_ = np.array([1] * task.coachees + task.capacity, dtype=np.float64)
lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
lp.a_matrix_.start_ = np.arange(0, 2 * size + 1, 2)
lp.a_matrix_.index_ = np.column_stack([coachee, task.coachees + coach]).ravel()
lp.a_matrix_.value_ = np.ones(2 * size)
solver = highspy.Highs()
solver.setOptionValue("output_flag", False)
solver.setOptionValue("threads", 1)
solver.passModel(lp)
solver.run()
assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
taken = np.asarray(solver.getSolution().col_value) > 0.5
task.answer(list(zip(coachee[taken].tolist(), coach[taken].tolist(), strict=True)))
