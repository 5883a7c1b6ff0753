"""The table, first half: metrics that ask how well something fitted to the features predicts the targets."""

from __future__ import annotations

from functools import partial

from ptmrank_core.metrics.emms import emms_output
from ptmrank_core.metrics.leep import leep_output
from ptmrank_core.metrics.logme import logme_output
from ptmrank_core.metrics.nce import nce_output
from ptmrank_core.metrics.nleep import nleep_output
from ptmrank_core.metrics.pactran import pactran_output
from ptmrank_core.metrics.registry.tasks import ANY_TASK, CLASSES_ONLY, NOTHING
from ptmrank_core.metrics.wdje import wdje_output
from ptmrank_core.records import MetricSpec

__all__ = ["FIT"]

SOURCE_SAMPLES = frozenset(
    {"source_embeddings", "source_labels", "source_error", "target_error", "lipschitz"}
)


FIT = (
    MetricSpec(
        name="logme",
        title="LogME",
        function=logme_output,
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="decomposition",
        idea="How probable the targets are under a Bayesian linear model on the features.",
        fails_when="The scale of the features is extreme (its guards are absolute numbers), or"
        " the classes are separable but not linearly.",
        reference="You, Liu, Wang, Long, ICML 2021, arXiv:2102.11005",
        version=1,
    ),
    MetricSpec(
        name="logme:thuml",
        title="LogME (as published)",
        function=partial(logme_output, log_determinant="thuml"),
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="decomposition",
        idea="LogME with the published code's log-determinant, to compare with published numbers.",
        fails_when="There are fewer samples than features: wide models win by their width.",
        reference="You, Liu, Wang, Long, ICML 2021, arXiv:2102.11005; code thuml/LogME",
        version=1,
        rewards_width=True,
    ),
    MetricSpec(
        name="leep",
        title="LEEP",
        function=leep_output,
        needs=frozenset({"source_logits"}),
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=False,
        cost="linear",
        idea="How well the classes that the model was trained on predict the labels.",
        fails_when="The model has far more source classes than there are samples, or candidates differ"
        " in their number of source classes.",
        reference="Nguyen, Hassner, Seeger, Archambeau, ICML 2020, arXiv:2002.12462",
        version=1,
    ),
    MetricSpec(
        name="nleep",
        title="N-LEEP",
        function=nleep_output,
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=True,
        cost="iterative",
        idea="How well clusters of the features, five for each class, predict the labels.",
        fails_when="There are few samples for each class: clusters are capped, and the seed moves the score"
        " by up to about 0.1.",
        reference="Li, Jia, Sang, Zhu, Green, Wang, Gong, CVPR 2021, arXiv:2011.11200",
        version=1,
    ),
    MetricSpec(
        name="nleep:spherical",
        title="N-LEEP (spherical)",
        function=partial(nleep_output, covariance="spherical"),
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=True,
        cost="iterative",
        idea="N-LEEP with round clusters: much cheaper, and possible where full covariances are not.",
        fails_when="There are few samples for each class, or the classes are elongated.",
        reference="Li, Jia, Sang, Zhu, Green, Wang, Gong, CVPR 2021, arXiv:2011.11200",
        version=1,
    ),
    MetricSpec(
        name="nce",
        title="NCE",
        function=nce_output,
        needs=frozenset({"source_logits"}),
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=False,
        cost="linear",
        idea="How much the class that the model decides for tells of the label.",
        fails_when="The model has far more source classes than there are samples: each sample gets one of"
        " its own.",
        reference="Tran, Nguyen, Hassner, ICCV 2019, arXiv:1908.08142",
        version=1,
    ),
    MetricSpec(
        name="pactran",
        title="PACTran",
        function=pactran_output,
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="iterative",
        idea="The loss of a softmax classifier on the features, plus a penalty for how sharp its optimum is.",
        fails_when="Candidates differ in the scale of their features: the penalty grows with it and outweighs"
        " the loss.",
        reference="Ding, Chen, Levinboim, Changpinyo, Soricut, ECCV 2022, arXiv:2203.05126",
        version=1,
        rewards_width=True,
    ),
    MetricSpec(
        name="pactran:dirichlet",
        title="PACTran (Dirichlet)",
        function=partial(pactran_output, prior="dirichlet"),
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=True,
        cost="iterative",
        idea="A bound on the risk of a mixture over the source classes; over clusters of the features where"
        " the model has no source head.",
        fails_when="Some candidates have a source head and others have none, or their numbers of source"
        " classes differ.",
        reference="Ding, Chen, Levinboim, Changpinyo, Soricut, ECCV 2022, arXiv:2203.05126",
        version=1,
    ),
    MetricSpec(
        name="pactran:gamma",
        title="PACTran (Gamma)",
        function=partial(pactran_output, prior="gamma"),
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=True,
        cost="iterative",
        idea="The same bound with independent rates for each pair of source class and class.",
        fails_when="Some candidates have a source head and others have none, or their numbers of source"
        " classes differ.",
        reference="Ding, Chen, Levinboim, Changpinyo, Soricut, ECCV 2022, arXiv:2203.05126",
        version=1,
    ),
    MetricSpec(
        name="emms",
        title="EMMS",
        function=emms_output,
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=False,
        cost="decomposition",
        idea="How well a linear map takes the features to embeddings of the class names, or to the one-hot"
        " classes where there are none.",
        fails_when="There are not more samples than features: 0 for every model.",
        reference="Meng, Shao, Peng, Jiang, Zhang, Qiao, Luo, NeurIPS 2023, arXiv:2308.06262",
        version=1,
        rewards_width=True,
    ),
    MetricSpec(
        name="emms:onehot",
        title="EMMS (one-hot)",
        function=partial(emms_output, label_code="onehot"),
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=False,
        cost="decomposition",
        idea="How well a linear map takes the features to the one-hot classes or the targets.",
        fails_when="There are not more samples than features: 0 for every model.",
        reference="Meng, Shao, Peng, Jiang, Zhang, Qiao, Luo, NeurIPS 2023, arXiv:2308.06262",
        version=1,
        rewards_width=True,
    ),
    MetricSpec(
        name="wdje",
        title="WDJE",
        function=wdje_output,
        needs=SOURCE_SAMPLES,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="iterative",
        idea="What transfer is bound to save, by how far source features and labels lie from the target's.",
        fails_when="Numbers of source samples differ between candidates: more than there are targets add 1 to"
        " the bound.",
        reference="Zhan, Zeng, 2023, arXiv:2305.07741; code qszhan/WDJE_TCYB",
        version=1,
    ),
    MetricSpec(
        name="wdje:auto",
        title="WDJE (ln C)",
        function=partial(wdje_output, largest_loss="auto"),
        needs=SOURCE_SAMPLES,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="iterative",
        idea="WDJE with the largest loss that these classes allow instead of that of a hundred.",
        fails_when="Numbers of source samples differ between candidates: more than there are targets add 1 to"
        " the bound.",
        reference="Zhan, Zeng, 2023, arXiv:2305.07741",
        version=1,
    ),
)
