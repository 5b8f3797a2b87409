"""Training, until the validation loss has not improved for PATIENCE steps; the best weights are kept."""

import copy
import math

from core.take_home.parts.batches.shuffled import batches
from core.take_home.parts.encoder import encoder
from core.take_home.parts.helpers.optimizer import optimizer
from core.take_home.parts.images import images, labels
from core.take_home.parts.one_cycle import schedule  # [one_cycle]
from core.take_home.parts.over.all_pairs import loss_of
from core.take_home.parts.settings import BATCH_SIZE, EPOCHS, PATIENCE
from core.take_home.parts.stopping.batches import validation_loss
from core.take_home.parts.views.of_batches import show  # [views]

best_loss, best_step, best_weights = math.inf, 0, encoder.state_dict()  # until the first validation
all_batches = (rows for epoch in range(EPOCHS) for rows in batches(labels))
for step, rows in enumerate(all_batches, start=1):
    loss = loss_of(encoder(images[rows]), labels[rows])  # [not views]
    views, classes = show(images, labels, rows)  # [views]
    loss = loss_of(encoder(views), classes)  # [views]
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()  # [one_cycle]
    if step % math.ceil(4096 / BATCH_SIZE) == 0:  # about every 4,096 images; PATIENCE counts steps
        validation = validation_loss()
        print(f"step {step}: loss of this batch {loss.item():.5f}, validation loss {validation:.5f}")
        if validation < best_loss:
            best_loss, best_step, best_weights = validation, step, copy.deepcopy(encoder.state_dict())
        if step - best_step >= PATIENCE:
            break
encoder.load_state_dict(best_weights)
