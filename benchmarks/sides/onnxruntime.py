"""ONNX Runtime on the CPU: it only predicts."""

import onnxruntime
import task

from sides.base import BaseSide
from sides.onnx_model import model


class Side(BaseSide):
    packages = ("onnxruntime",)
    tasks = ("predict",)
    note = "inference only; the model is written with onnx, without training"

    def __init__(self, argument, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(model().SerializeToString(), options,
                                                    providers=["CPUExecutionProvider"])

    def give(self, case):
        self.x = task.batch(case["batch"])[0]

    def predict(self):
        return self.session.run(None, {"pictures": self.x})[0].argmax(axis=1)

    def parameters(self):
        return task.PARAMETERS
