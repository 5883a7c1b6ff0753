"""What each metric takes for granted, what its time grows with, and when to choose it.

In ``complexity`` n is the number of samples, d of features, C of classes, z of source classes. What it says
of the decomposition is paid once for all metrics of a model.
"""

from __future__ import annotations

from ptmrank_core.records import Traits

__all__ = [
    "EMMS",
    "ETRAN",
    "GBC",
    "HSCORE",
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

SHARED = "n d min(n, d) for the decomposition that most metrics share"

EMMS = Traits(
    assumes="A linear map without hidden layers goes from features to labels, and classes whose names mean"
    " similar things lie near each other in the features too.",
    complexity=f"{SHARED}; then n min(n, d) times the width of the label embeddings, or C if that is less.",
    use_when="Class names mean something that a text encoder knows, or targets are numbers or several labels"
    " at once, and there are clearly more samples than features.",
)
ETRAN = Traits(
    assumes="Each class is a round cloud about its mean and all of them are equally wide; for numbers, a"
    " linear map without intercept. Features of all candidates have the same scale.",
    complexity="n d C for the distances to the class means and n d for the energies; for targets, n d min(n,"
    " d) for the decomposition that most metrics share.",
    use_when="Samples are many, time is short and the candidates are of one family, whose features have the"
    " same scale.",
)
GBC = Traits(
    assumes="Each class is one round Gaussian cloud in the space of at most 64 principal components, with a"
    " spread of its own.",
    complexity=f"{SHARED}; then (n + C²) k for k <= 64 principal components.",
    use_when="You want to see which classes a model confuses: the score is a sum over pairs of classes, each"
    " of which can be looked at.",
)
HSCORE = Traits(
    assumes="A linear map of whitened features serves the classes, and what counts is only how their means"
    " differ.",
    complexity=f"{SHARED}; then C min(n, d)² for the class means.",
    use_when="A fast and deterministic score is wanted that does not depend on the unit of the features and"
    " copes with features that outnumber the samples.",
)
LABEL_ALIGNMENT = Traits(
    assumes="Similarity is a product of centred features: directions of large variance count most.",
    complexity="n d min(n, d) for the Gram matrix that most metrics share; then C d.",
    use_when="Features are compared without fitting anything to them, and the labels are classes, numbers or"
    " several at once.",
)
LEEP = Traits(
    assumes="The model still has its source head, and the label of a sample depends on the sample only"
    " through the source class.",
    complexity="n z for the counts, n z for the score; the features are not read.",
    use_when="All candidates have a head over the same source classes, and their classes are related to"
    " yours.",
)
LOGME = Traits(
    assumes="The targets are a linear function of the features, without intercept, plus Gaussian noise;"
    " weights are Gaussian around 0.",
    complexity=f"{SHARED}; then C min(n, d) a round, at most 11 rounds.",
    use_when="There are few samples for the width, or targets are numbers or several labels at once: it does"
    " not reward width, and the unit of the features does not count.",
)
NCE = Traits(
    assumes="The model still has its source head, and the class that it decides for says all it knows of a"
    " sample.",
    complexity="n z for the decisions, C z for the table; the features are not read.",
    use_when="All candidates have a head over the same source classes, and only their decisions are known or"
    " their probabilities cannot be trusted.",
)
NEAREST_MEAN = Traits(
    assumes="A class is one round cloud about its mean.",
    complexity="n d C for the distances to the class means.",
    use_when="A plain accuracy is wanted that anybody can check, at next to no cost.",
)
NEAREST_NEIGHBOURS = Traits(
    assumes="Euclidean distance means likeness, and samples are independent of one another.",
    complexity="n² d for the distances of all pairs.",
    use_when="Classes consist of several clusters or are separated by curved borders, which linear scores do"
    " not see.",
)
NLEEP = Traits(
    assumes="Samples of one class form a few Gaussian clusters in the directions that hold 80 % of the"
    " variance.",
    complexity=f"{SHARED}; then 5 C n k² a round for k principal components, at most 100 rounds.",
    use_when="Models have no head, or heads that differ, classes consist of several clusters, and there are"
    " some twenty samples of each class or more.",
)
PACTRAN = Traits(
    assumes="A softmax classifier whose weights a ridge keeps small is put on the features, and a flat"
    " optimum generalises. Features of all candidates have the same scale.",
    complexity=f"{SHARED}; then n C min(n, d) a round of the optimiser, tens of rounds.",
    use_when="A bound on the loss itself is of interest, and candidates have features of the same scale and"
    " width.",
)
PED = Traits(
    assumes="Fine-tuning pushes classes that overlap apart and leaves their shapes as they are; a general"
    " set of inputs tells how long a unit of the features is.",
    complexity=f"{SHARED}, and m d for m reference samples; then C² d a step, at most six, and what the"
    " inner metric costs.",
    use_when="Classes still overlap in the features of most candidates, and a reference set of the same kind"
    " as the samples is at hand.",
)
SFDA = Traits(
    assumes="All classes are Gaussian with the same covariance, and fine-tuning makes hard what is unsure"
    " before it.",
    complexity=f"{SHARED}; then n min(n, d)² for the scatter after the pull and n C min(n, d) for the"
    " probabilities.",
    use_when="Samples far outnumber the features, classes overlap, and candidates have features of like"
    " scale.",
)
TRANSRATE = Traits(
    assumes="Classes lie in different directions from the overall mean, and each has more samples than"
    " features. Features of all candidates have the same unit and width.",
    complexity=f"{SHARED}; then d n_c min(n_c, d) for each class of n_c samples.",
    use_when="Candidates are of one architecture, with many samples of at least three classes.",
)
WDJE = Traits(
    assumes="Samples of what the model was trained on are at hand; a loss that is Lipschitz in the features"
    " bounds the error by how far samples have to be moved.",
    complexity="m n d for the distances of m source samples and n samples, then about n³ for the exact plan.",
    use_when="The question is whether to transfer at all, and source samples, the error there and the error"
    " without transfer are known.",
)
