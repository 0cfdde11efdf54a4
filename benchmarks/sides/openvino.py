"""OpenVINO on the CPU, compiled for the batch at hand: it only predicts."""

import openvino
import task

from sides.base import BaseSide
from sides.onnx_model import model


class Side(BaseSide):
    packages = ("openvino",)
    tasks = ("predict",)
    note = "inference only; single precision asked for, hint: latency"

    def __init__(self, argument, threads):
        self.core, self.requests = openvino.Core(), {}
        self.options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32",
                        "PERFORMANCE_HINT": "LATENCY"}
        self.model = model().SerializeToString()

    def give(self, case):
        self.x = task.batch(case["batch"])[0]
        if len(self.x) not in self.requests:
            network = self.core.read_model(self.model, b"")
            network.reshape(list(self.x.shape))
            compiled = self.core.compile_model(network, "CPU", self.options)
            self.requests[len(self.x)] = compiled.create_infer_request()
        self.request = self.requests[len(self.x)]

    def predict(self):
        return self.request.infer({0: self.x}, share_inputs=True, share_outputs=True)[0].argmax(axis=1)

    def parameters(self):
        return task.PARAMETERS
