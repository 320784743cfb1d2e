"""Requests and answers that the platform's own documents print, word for word."""

from __future__ import annotations

import json
from typing import Any


def example(text: str) -> Any:
    """The example as JSON values."""
    return json.loads(text)


FIRST_FRAME_JOB = """{
"model":"wan2.6-i2v",
"training_file_ids":[
"<replace_with_training_dataset_file_id>"
],
"training_type":"efficient_sft",
"hyper_parameters":{
"n_epochs":400,
"batch_size":2,
"learning_rate":2e-5,
"split":0.9,
"eval_epochs": 50,
"max_pixels": 36864
}
}"""

FIRST_AND_LAST_FRAME_JOB = """{
"model":"wan2.2-kf2v-flash",
"training_file_ids":[
"<replace_with_training_dataset_file_id>"
],
"training_type":"efficient_sft",
"hyper_parameters":{
"n_epochs":400,
"batch_size":4,
"learning_rate":2e-5,
"split":0.9,
"eval_epochs": 50,
"max_pixels": 262144
}
}"""

REFERENCE_JOB = """{
    "model": "wan2.5-i2v-preview",
    "training_file_ids": [
        "<Replace with the file ID of your training dataset>"
    ],
    "training_type": "efficient_sft",
    "hyper_parameters": {
        "n_epochs": 400,
        "batch_size": 2,
        "learning_rate": 2e-5,
        "split": 0.9,
        "max_split_val_dataset_sample": 5,
        "eval_epochs": 50,
        "max_pixels": 36864,
        "save_total_limit": 10,
        "lora_rank": 32,
        "lora_alpha": 32
    }
}"""
