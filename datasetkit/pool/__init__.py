"""Choose clips from pools of thousands: read every clip, on one machine or many, and pick the best."""
