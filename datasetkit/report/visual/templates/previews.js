const videos = [...document.querySelectorAll("video")];
const button = document.querySelector("button"), slider = document.querySelector("input");
const longest = () => videos.reduce((a, b) => ((b.duration || 0) > (a.duration || 0) ? b : a));
button.onclick = () => {
  const start = button.textContent === "Play";
  const time = longest().ended ? 0 : longest().currentTime;
  videos.forEach((video) => { video.currentTime = time; start ? video.play() : video.pause(); });
  button.textContent = start ? "Pause" : "Play";
};
slider.oninput = () => videos.forEach((video) => { video.currentTime = slider.value * (longest().duration || 0); });
setInterval(() => {
  if (longest().ended) button.textContent = "Play";
  slider.value = longest().currentTime / (longest().duration || 1);
}, 200);
