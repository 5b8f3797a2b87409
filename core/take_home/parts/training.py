"""Training."""

from core.take_home.parts.batches.shuffled import batches
from core.take_home.parts.encoder import encoder
from core.take_home.parts.helpers.optimizer import optimizer
from core.take_home.parts.images import images, labels
from core.take_home.parts.one_cycle import schedule  # [one_cycle]
from core.take_home.parts.over.all_pairs import loss_of
from core.take_home.parts.settings import EPOCHS
from core.take_home.parts.views.of_batches import show  # [views]

for epoch in range(1, EPOCHS + 1):
    losses = []
    for rows in batches(labels):
        loss = loss_of(encoder(images[rows]), labels[rows])  # [not views]
        views, classes = show(images, labels, rows)  # [views]
        loss = loss_of(encoder(views), classes)  # [views]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()  # [one_cycle]
        losses.append(loss.item())
    print(f"epoch {epoch}: mean loss {sum(losses) / len(losses):.5f}")
