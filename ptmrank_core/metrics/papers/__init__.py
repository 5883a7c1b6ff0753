"""The papers that the metrics are from, for those who cite them."""

from __future__ import annotations

from ptmrank_core.records import Paper

__all__ = [
    "EMMS",
    "ETRAN",
    "GBC",
    "HSCORE",
    "HSCORE_SHRUNK",
    "LABEL_ALIGNMENT",
    "LEEP",
    "LOGME",
    "NCE",
    "NEAREST_MEAN",
    "NEAREST_NEIGHBOURS",
    "NLEEP",
    "PACTRAN",
    "PED",
    "SFDA",
    "TRANSRATE",
    "WDJE",
]

EMMS = Paper(
    (
        *("Meng, Fanqing", "Shao, Wenqi", "Peng, Zhanglin", "Jiang, Chonghe", "Zhang, Kaipeng"),
        *("Qiao, Yu", "Luo, Ping"),
    ),
    "Foundation Model is Efficient Multimodal Multitask Model Selector",
    "NeurIPS",
    2023,
    arxiv="2308.06262",
)
ETRAN = Paper(
    ("Gholami, Mohsen", "Akbari, Mohammad", "Wang, Xinglu", "Kamranian, Behnam", "Zhang, Yong"),
    "ETran: Energy-Based Transferability Estimation",
    "ICCV",
    2023,
    arxiv="2308.02027",
)
GBC = Paper(
    (
        *("Pándy, Michal", "Agostinelli, Andrea", "Uijlings, Jasper", "Ferrari, Vittorio"),
        "Mensink, Thomas",
    ),
    "Transferability Estimation using Bhattacharyya Class Separability",
    "CVPR",
    2022,
    arxiv="2111.12780",
)
HSCORE_SHRUNK = Paper(
    ("Ibrahim, Shibal", "Ponomareva, Natalia", "Mazumder, Rahul"),
    "Newer is Not Always Better: Rethinking Transferability Metrics, Their Peculiarities, Stability"
    " and Performance",
    "ECML PKDD",
    2022,
    arxiv="2110.06893",
)
HSCORE = Paper(
    (
        *("Bao, Yajie", "Li, Yang", "Huang, Shao-Lun", "Zhang, Lin", "Zheng, Lizhong", "Zamir, Amir"),
        "Guibas, Leonidas",
    ),
    "An Information-Theoretic Approach to Transferability in Task Transfer Learning",
    "ICIP",
    2019,
    doi="10.1109/ICIP.2019.8803726",
)
LABEL_ALIGNMENT = Paper(
    ("Kornblith, Simon", "Norouzi, Mohammad", "Lee, Honglak", "Hinton, Geoffrey"),
    "Similarity of Neural Network Representations Revisited",
    "ICML",
    2019,
    arxiv="1905.00414",
)
LEEP = Paper(
    ("Nguyen, Cuong V.", "Hassner, Tal", "Seeger, Matthias", "Archambeau, Cedric"),
    "LEEP: A New Measure to Evaluate Transferability of Learned Representations",
    "ICML",
    2020,
    arxiv="2002.12462",
)
LOGME = Paper(
    ("You, Kaichao", "Liu, Yong", "Wang, Jianmin", "Long, Mingsheng"),
    "LogME: Practical Assessment of Pre-trained Models for Transfer Learning",
    "ICML",
    2021,
    arxiv="2102.11005",
)
NCE = Paper(
    ("Tran, Anh T.", "Nguyen, Cuong V.", "Hassner, Tal"),
    "Transferability and Hardness of Supervised Classification Tasks",
    "ICCV",
    2019,
    arxiv="1908.08142",
)
NEAREST_MEAN = Paper(
    ("Mensink, Thomas", "Verbeek, Jakob", "Perronnin, Florent", "Csurka, Gabriela"),
    "Distance-Based Image Classification: Generalizing to New Classes at Near-Zero Cost",
    "TPAMI",
    2013,
    doi="10.1109/TPAMI.2013.83",
)
NEAREST_NEIGHBOURS = Paper(
    ("Sorkhei, Moein", "Matsoukas, Christos", "Fredin Haslum, Johan", "Smith, Kevin"),
    "k-NN as a Simple and Effective Estimator of Transferability",
    "",
    2025,
    arxiv="2503.18528",
)
NLEEP = Paper(
    (
        *("Li, Yandong", "Jia, Xuhui", "Sang, Ruoxin", "Zhu, Yukun", "Green, Bradley"),
        *("Wang, Liqiang", "Gong, Boqing"),
    ),
    "Ranking Neural Checkpoints",
    "CVPR",
    2021,
    arxiv="2011.11200",
)
PACTRAN = Paper(
    ("Ding, Nan", "Chen, Xi", "Levinboim, Tomer", "Changpinyo, Soravit", "Soricut, Radu"),
    "PACTran: PAC-Bayesian Metrics for Estimating the Transferability of Pretrained Models to"
    " Classification Tasks",
    "ECCV",
    2022,
    arxiv="2203.05126",
)
PED = Paper(
    ("Li, Xiaotong", "Hu, Zixuan", "Ge, Yixiao", "Shan, Ying", "Duan, Ling-Yu"),
    "Exploring Model Transferability through the Lens of Potential Energy",
    "ICCV",
    2023,
    arxiv="2308.15074",
)
SFDA = Paper(
    (
        *("Shao, Wenqi", "Zhao, Xun", "Ge, Yixiao", "Zhang, Zhaoyang", "Yang, Lei", "Wang, Xiaogang"),
        *("Shan, Ying", "Luo, Ping"),
    ),
    "Not All Models Are Equal: Predicting Model Transferability in a Self-challenging Fisher Space",
    "ECCV",
    2022,
    arxiv="2207.03036",
)
TRANSRATE = Paper(
    ("Huang, Long-Kai", "Huang, Junzhou", "Rong, Yu", "Yang, Qiang", "Wei, Ying"),
    "Frustratingly Easy Transferability Estimation",
    "ICML",
    2022,
    arxiv="2106.09362",
)
WDJE = Paper(
    ("Zhan, Qianshan", "Zeng, Xiao-Jun"),
    "To Transfer or Not Transfer: Unified Transferability Metric and Analysis",
    "",
    2023,
    arxiv="2305.07741",
)
