"""Tiny networks with random weights, of the configurations that detectors and pose networks of the hub have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import (
    BertTokenizerFast,
    CLIPTokenizerFast,
    DetrConfig,
    DetrForObjectDetection,
    DetrImageProcessorPil,
    DFineConfig,
    DFineForObjectDetection,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessorPil,
    GroundingDinoProcessor,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2ImageProcessorPil,
    Owlv2Processor,
    ResNetConfig,
    RTDetrImageProcessorPil,
    RTDetrResNetConfig,
    RTDetrV2Config,
    RTDetrV2ForObjectDetection,
    SwinConfig,
    VitPoseBackboneConfig,
    VitPoseConfig,
    VitPoseForPoseEstimation,
    VitPoseImageProcessorPil,
    YolosConfig,
    YolosForObjectDetection,
    YolosImageProcessorPil,
)

LABELS = {0: "N/A", 1: "person", 2: "dining table", 3: "cup"}
NAMED = {"id2label": LABELS, "label2id": {name: number for number, name in LABELS.items()}}
RESNET: dict[str, Any] = {
    "embedding_size": 8,
    "hidden_sizes": [8, 16, 16, 16],
    "depths": [1, 1, 1, 1],
    "layer_type": "basic",
}
SMALL = {"shortest_edge": 64, "longest_edge": 96}


def save(folder: Path, *parts: Any) -> Path:
    for part in parts:
        part.save_pretrained(folder)
    return folder


def rt_detr(folder: Path, make: Any, config: Any) -> Path:
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    built = config(
        backbone_config=backbone,
        encoder_hidden_dim=32,
        encoder_in_channels=[16, 16, 16],
        feat_strides=[8, 16, 32],
        encoder_ffn_dim=32,
        encoder_attention_heads=2,
        d_model=32,
        num_queries=10,
        decoder_in_channels=[32, 32, 32],
        decoder_ffn_dim=32,
        decoder_layers=2,
        decoder_attention_heads=2,
        num_denoising=0,
        **NAMED,
    )
    return save(folder, make(built), RTDetrImageProcessorPil(size={"height": 64, "width": 64}))


def rt_detr_v2(folder: Path) -> Path:
    return rt_detr(folder, RTDetrV2ForObjectDetection, RTDetrV2Config)


def detr(folder: Path) -> Path:
    backbone = ResNetConfig(**RESNET, out_features=["stage4"])
    built = DetrConfig(
        backbone_config=backbone,
        num_queries=10,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        d_model=32,
        **NAMED,
    )
    return save(folder, DetrForObjectDetection(built), DetrImageProcessorPil(size=SMALL))


def yolos(folder: Path) -> Path:
    built = YolosConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=[64, 96],
        patch_size=16,
        num_detection_tokens=10,
        **NAMED,
    )
    return save(folder, YolosForObjectDetection(built), YolosImageProcessorPil(size=SMALL))


def owlv2(folder: Path) -> Path:
    # A text whose first token has the number 0 counts as none.
    words = {"c": 0, "<|endoftext|>": 1, "a</w>": 2, "photo</w>": 3, "of</w>": 4, "cup</w>": 5, "<|startoftext|>": 6}
    tokenizer = CLIPTokenizerFast(
        tokenizer_object=Tokenizer(
            models.BPE(vocab=words, merges=[], unk_token="<|endoftext|>", end_of_word_suffix="</w>")
        ),
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        model_max_length=16,
    )
    layers = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    built = Owlv2Config(
        text_config={
            **layers,
            "vocab_size": len(words),
            "max_position_embeddings": 16,
            "bos_token_id": 6,
            "eos_token_id": 1,
            "pad_token_id": 1,
        },
        vision_config={**layers, "image_size": 64, "patch_size": 16},
        projection_dim=32,
    )
    processor = Owlv2Processor(Owlv2ImageProcessorPil(size={"height": 64, "width": 64}), tokenizer)
    return save(folder, Owlv2ForObjectDetection(built), processor)


def grounding_dino(folder: Path) -> Path:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "cup", "person", "traffic", "light", "uni", "##cycle"]
    (folder / "words").mkdir(parents=True)
    (folder / "words" / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    plain = Tokenizer(models.WordPiece(vocab={word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    plain.normalizer, plain.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer = BertTokenizerFast(tokenizer_object=plain, model_max_length=256)
    built = GroundingDinoConfig(
        backbone_config=SwinConfig(
            image_size=64,
            embed_dim=8,
            depths=[1, 1, 1, 1],
            num_heads=[1, 1, 1, 1],
            window_size=2,
            out_indices=[2, 3, 4],
        ),
        text_config={
            "model_type": "bert",
            "vocab_size": len(words),
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 32,
        },
        num_queries=10,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        d_model=32,
        num_feature_levels=4,
    )
    processor = GroundingDinoProcessor(GroundingDinoImageProcessorPil(size=SMALL), tokenizer)
    return save(folder, GroundingDinoForObjectDetection(built), processor)


def vitpose(folder: Path, joints: int = 17) -> Path:
    backbone = VitPoseBackboneConfig(
        image_size=[64, 48],
        patch_size=[16, 16],
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        out_indices=[1],
    )
    labels = {number: f"joint{number}" for number in range(joints)}
    built = VitPoseConfig(backbone_config=backbone, use_simple_decoder=True, id2label=labels, num_labels=joints)
    return save(folder, VitPoseForPoseEstimation(built), VitPoseImageProcessorPil(size={"height": 64, "width": 48}))


MAKERS: dict[str, Callable[[Path], Path]] = {
    "rt_detr_v2": rt_detr_v2,
    "d_fine": lambda folder: rt_detr(folder, DFineForObjectDetection, DFineConfig),
    "detr": detr,
    "yolos": yolos,
    "owlv2": owlv2,
    "grounding_dino": grounding_dino,
}


def made(name: str, folder: Path) -> Path:
    torch.manual_seed(1)
    return MAKERS[name](folder / name)
