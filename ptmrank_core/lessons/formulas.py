"""One formula for each metric, with what its letters mean: a literal table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["FORMULAS", "Formula"]


@dataclass(frozen=True, slots=True)
class Formula:
    """How a metric is computed.

    Parameters
    ----------
    latex
        The formula, in LaTeX without dollar signs.
    letters
        What stands for what, in Markdown with LaTeX between dollar signs.
    reading
        The formula in words: why it should tell a good model from a bad one.
    """

    latex: str
    letters: str
    reading: str


_FEATURES = r"$F$: features, one row $f_i$ for each of $N$ samples, $D$ wide"
_CLASSES = r"$y_i$: class of sample $i$, one of $C$"

FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "logme": Formula(
            r"\frac1N\ln p(t\mid F,\alpha,\beta)=\frac1{2N}\Big[N\ln\tfrac{\beta}{2\pi}"
            r"-\sum_i\ln\!\big(1+\tfrac{\beta}{\alpha}\sigma_i\big)-\beta\lVert Fm-t\rVert^2-\alpha\,m^\top "
            r"m\Big]",
            rf"{_FEATURES}; $t$: one target (each class against the rest, then the mean); $m$: the weights "
            rf"that "
            r"are most probable; $\sigma_i$: squared singular values of $F$; $\alpha,\beta$: precisions of "
            r"weights and noise, set to where the evidence is largest.",
            "A linear model explains the targets. The evidence rewards a good fit and charges for every "
            "direction of the features that it needs, so that width alone buys nothing.",
        ),
        "leep": Formula(
            r"\frac1N\sum_i\ln\sum_z \hat P(y_i\mid z)\,\theta_{iz},\qquad \hat P(y\mid z)="
            r"\frac{\sum_{i:y_i=y}\theta_{iz}}{\sum_i\theta_{iz}}",
            rf"$\theta_{{iz}}$: probability that the model's own head gives source class $z$ for sample $i$; "
            rf"{_CLASSES}.",
            "Each source class stands for the mixture of your classes that it is seen with. How well do "
            "these "
            "mixtures predict the labels?",
        ),
        "nleep": Formula(
            r"\frac1N\sum_i\ln\sum_v \hat P(y_i\mid v)\,p(v\mid x_i)",
            r"$x_i$: features on the principal components that hold 80 % of the variance; $p(v\mid x_i)$: "
            r"a Gaussian mixture of five components for each class; $\hat P(y\mid v)$ as in LEEP.",
            "LEEP without a head: clusters of the features take the place of the source classes.",
        ),
        "nce": Formula(
            r"-H(Y\mid Z)=\sum_{y,z}\hat P(y,z)\ln\frac{\hat P(y,z)}{\hat P(z)}",
            rf"$z_i$: the source class that the model decides for; {_CLASSES}; $\hat P$: shares of the "
            rf"samples.",
            "If you knew only the model's own decision, how unsure of the label would you still be?",
        ),
        "pactran": Formula(
            r"-\Big(J^*+\frac{C\,s^2}{2r}\ln\frac{H\,r}{DC}\Big)",
            rf"$J^*$: least ridge-penalised cross-entropy of a softmax classifier on the centred features; "
            rf"$H$: trace of "
            rf"its curvature there; $r=\lambda N$, $\lambda=1$, $s^2=100$; {_FEATURES}; $C$ classes.",
            "A flat optimum generalises: the loss that a classifier reaches, plus a charge for how sharply "
            "it rises around its optimum (a PAC-Bayesian bound).",
        ),
        "emms": Formula(
            r"-\frac{D_2}{N}\min_W\lVert \tilde F W-\tilde E\rVert^2",
            r"$\tilde F$: standardised features; $\tilde E$: standardised embeddings of the class names, "
            r"$D_2$ wide "
            r"(one-hot classes where there are none).",
            "How far does a linear map fall short of taking the features to where a language model places "
            "the class names?",
        ),
        "wdje": Formula(
            r"-\big(\varepsilon_s+\lambda L\,W_2^2(F_s,F_t)+W_2^2(Y_s,Y_t)+E_s+L M "
            r"e^{-\lambda}-\varepsilon_t\big)",
            r"$\varepsilon_s$: error on the source task; $\varepsilon_t$: error on yours without transfer; "
            r"$W_2^2$: "
            r"optimal-transport cost between source and target features, and labels; $L$: Lipschitz constant "
            r"of a "
            r"head on your features; $E_s$: mean norm of the source labels that have no partner; "
            r"$\lambda=0.5$, $M=\ln 100$.",
            "A bound on the error after transfer: near features and near labels make it small. Above 0 it "
            "promises that transfer pays.",
        ),
        "hscore": Formula(
            r"(1-a)\,\mathrm{tr}\big(\Sigma_a^{-1}\,\Sigma_B\big),\qquad \Sigma_a=(1-a)\Sigma+a\,m\,I",
            r"$\Sigma$: covariance of the features; $\Sigma_B$: covariance of the class means; $a$: "
            r"Ledoit-Wolf "
            r"shrinkage towards a sphere of the same mean variance $m$.",
            "Whiten the features: what share of their variance lies between the classes? At most about "
            "$C-1$.",
        ),
        "gbc": Formula(
            r"-\sum_{c\neq c'}\exp\big(-D_B(c,c')\big),\qquad D_B=\frac{\lVert\mu_c-\mu_{c'}\rVert^2}{8\,s}"
            r"+\frac12\ln\frac{s}{\sqrt{v_c v_{c'}}}",
            r"$\mu_c,v_c$: mean and mean variance of class $c$ on at most 64 principal components; $s$: the "
            r"mean of $v_c$ "
            r"and $v_{c'}$; $D_B$: Bhattacharyya distance of two round Gaussians.",
            "Every class is a ball. How much do the balls overlap in pairs? 0 is no overlap.",
        ),
        "transrate": Formula(
            r"R(Z)-\frac1C\sum_c R(Z_c),\qquad R(Z)=\frac12\ln\det\Big(I+\frac{Z^\top Z}{n\,\epsilon}\Big)",
            r"$Z$: centred features, $Z_c$ those of class $c$ ($n$ rows each); $\epsilon=10^{-4}$.",
            "How many more nats do all samples take to encode to a fixed precision than those of one class?",
        ),
        "sfda": Formula(
            r"\frac1N\sum_i\mathrm{softmax}_c\Big(f_i^\top S^{-1}\mu_c-\tfrac12\mu_c^\top "
            r"S^{-1}\mu_c+\ln\pi_c\Big)_{y_i}",
            r"$S$: within-class covariance, shrunk the more the smaller its largest eigenvalue; "
            r"$\mu_c,\pi_c$: mean and "
            r"share of class $c$; computed twice, the second time after every sample was moved towards the "
            r"other "
            r"classes by as much as the first was unsure of it.",
            "How probable does a discriminant analysis find the right class, once the task has been made "
            "harder?",
        ),
        "ped": Formula(
            r"\mathrm{SFDA}\big(F+\Delta\big),\qquad \Delta_c=\sum_{c'}0.005\,o_{cc'}\,"
            r"\frac{\mu_c-\mu_{c'}}{\lVert\mu_c-\mu_{c'}\rVert},\quad o_{cc'}=\max\big(0.6(R_c+R_{c'})-"
            r"\lVert\mu_c-\mu_{c'}\rVert,0\big)",
            r"$\mu_c,R_c$: mean and radius of class $c$, in units of the model's features of a general "
            r"reference set; "
            r"at most six such steps.",
            "Classes that overlap push one another apart, as fine-tuning would; then SFDA is asked.",
        ),
        "etran": Formula(
            r"0.85\,\mathrm{minmax}(S_{cls})+0.15\,\mathrm{minmax}(S_{en})",
            r"$S_{cls}$: mean probability of the right class when the nearest class mean decides; $S_{en}$: "
            r"mean of "
            r"$\ln\sum_d e^{f_{id}}$ over the least energetic samples; minmax over the candidates of one "
            r"run.",
            "Do samples lie nearest to their own class mean, and does the model know such samples at all? It "
            "compares "
            "candidates and says nothing of one model alone; shown here is $S_{cls}$.",
        ),
    }
)
